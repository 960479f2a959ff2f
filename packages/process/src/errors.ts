import { type ErrorKind, PatchlaneError } from '@patchlane/kernel'

/** The program is not there, or may not be run. */
export class ProgramNotFoundError extends PatchlaneError {
  readonly code = 'PROCESS_PROGRAM_NOT_FOUND'
  override readonly kind: ErrorKind = 'environment'
  readonly file: string

  constructor(file: string, options?: ErrorOptions) {
    super(`The program ${JSON.stringify(file)} cannot be started: it was not found or is not executable.`, {
      remedy: `Install ${JSON.stringify(file)} or put it on PATH.`,
      ...options,
    })
    this.file = file
  }
}

/** The operating system would not start the program: no such folder, too many processes, arguments too long. */
export class ProcessStartError extends PatchlaneError {
  readonly code = 'PROCESS_START_FAILED'
  override readonly kind: ErrorKind = 'environment'
  override readonly retryable = true

  constructor(file: string, reason: string, options?: ErrorOptions) {
    super(`The program ${JSON.stringify(file)} could not be started: ${reason}.`, options)
  }
}
