import { type ErrorKind, PatchlaneError } from '@patchlane/kernel/errors'

/** A file of the index that is not whole. It is set aside and made again from the repository. */
export class SegmentDamagedError extends PatchlaneError {
  readonly code = 'CONTEXT_SEGMENT_DAMAGED'
  override readonly retryable = true

  constructor(what: string) {
    super(`A file of the index is damaged: ${what}.`, {
      remedy: 'Index again; what is missing is read from the repository.',
    })
  }
}

/** The index could not be written. What was indexed before still serves. */
export class IndexNotWrittenError extends PatchlaneError {
  readonly code = 'CONTEXT_INDEX_NOT_WRITTEN'
  override readonly kind: ErrorKind = 'environment'
  override readonly retryable = true

  constructor(directory: string, full: boolean, cause: unknown) {
    super(
      full
        ? `The index in ${directory} cannot be written: the disk is full.`
        : `The index in ${directory} cannot be written.`,
      {
        remedy: full
          ? 'Free some space and index again; commits indexed before still answer.'
          : 'Check that the folder may be written, and index again.',
        cause,
      },
    )
  }
}

/** A task that says nothing to search for. */
export class EmptyTaskError extends PatchlaneError {
  readonly code = 'CONTEXT_EMPTY_TASK'
  override readonly kind: ErrorKind = 'usage'

  constructor() {
    super('The task is empty.', { remedy: 'Say in a sentence what is to be done.' })
  }
}

/** A linked page that is not read: not public, too large, not text. */
export class PageRefusedError extends PatchlaneError {
  readonly code = 'CONTEXT_PAGE_REFUSED'

  constructor(url: string, why: string) {
    super(`The page ${url} is not read: ${why}.`, { remedy: 'Put what matters of it into the task.' })
  }
}

/** A re-ranker's answer that names no file. */
export class RerankAnswerError extends PatchlaneError {
  readonly code = 'CONTEXT_RERANK_ANSWER'

  constructor(answer: string) {
    super(`The model's answer names no file: ${JSON.stringify(answer.slice(0, 200))}.`, {
      remedy: 'Ask another model; the ranking stands without one.',
    })
  }
}
