import { type ErrorKind, PatchlaneError } from '@patchlane/kernel/errors'

/** A grammar that should be installed cannot be read or loaded. */
export class GrammarUnavailableError extends PatchlaneError {
  readonly code = 'SYNTAX_GRAMMAR_UNAVAILABLE'
  override readonly kind: ErrorKind = 'environment'

  constructor(language: string, cause: unknown) {
    super(`The grammar for ${language} cannot be loaded.`, {
      remedy:
        'Install the dependencies of @patchlane/syntax again; its grammars are WebAssembly files that come with it.',
      cause,
    })
  }
}

/** A source that is larger, deeper or slower to parse than the limits allow. */
export class SyntaxLimitError extends PatchlaneError {
  readonly code = 'SYNTAX_LIMIT'

  constructor(what: string, limit: number) {
    super(`The source is not parsed: it exceeds the limit of ${limit} ${what}.`, {
      remedy: 'Treat the file as plain text, or raise the limit.',
    })
  }
}

/** A worker thread could not finish what it was given. */
export class WorkerFailedError extends PatchlaneError {
  readonly code = 'SYNTAX_WORKER_FAILED'
  override readonly retryable = true

  constructor(message: string, cause?: unknown) {
    super(message, { remedy: 'Try again; if it happens on the same file each time, exclude that file.', cause })
  }
}
