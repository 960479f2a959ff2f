import { type ErrorKind, PatchlaneError } from '@patchlane/kernel'

/** The command line asks for something that cannot be done as written. */
export class UsageError extends PatchlaneError {
  readonly code: string = 'CLI_USAGE'
  override readonly kind: ErrorKind = 'usage'
}

/** A question has to be put to a person, and there is no terminal to ask on. */
export class NoTerminalError extends PatchlaneError {
  readonly code = 'CLI_NO_TERMINAL'
  override readonly kind: ErrorKind = 'usage'

  constructor(question: string) {
    super(`This asks a person (${question}), and there is no terminal to ask on.`, {
      remedy: 'Add --yes to answer without being asked, or run it on a terminal.',
    })
  }
}

/** A file named on the command line cannot be read. */
export class FileReadError extends PatchlaneError {
  readonly code = 'CLI_FILE_READ'
  override readonly kind: ErrorKind = 'usage'

  constructor(file: string, cause: unknown) {
    super(`Cannot read ${JSON.stringify(file)}.`, { cause, remedy: 'Check the path; "-" reads standard input.' })
  }
}

/** `init` found a configuration. */
export class ConfigExistsError extends PatchlaneError {
  readonly code = 'CLI_CONFIG_EXISTS'
  override readonly kind: ErrorKind = 'usage'

  constructor(file: string) {
    super(`There is a configuration already: ${file}.`, {
      remedy: 'Edit that file; init never overwrites one.',
    })
  }
}

/** The target is held by a gateway elsewhere. */
export class TargetHeldError extends PatchlaneError {
  readonly code = 'CLI_TARGET_HELD'
  override readonly retryable = true

  constructor(target: string) {
    super(`Another gateway holds ${target}.`, {
      remedy: 'Leave it to that one; it lands what is queued. See who it is with "patchlane status".',
    })
  }
}
