import { type ErrorKind, PatchlaneError } from '@patchlane/kernel'

/** The text is not a patch in the format it claims, or no known format at all. */
export class MalformedPatchError extends PatchlaneError {
  readonly code = 'PATCH_QUEUE_MALFORMED_PATCH'
  override readonly kind: ErrorKind = 'usage'
  /** Where in the patch's text, counted from 1. */
  readonly line: number | undefined

  constructor(problem: string, options: { line?: number; remedy?: string; cause?: unknown } = {}) {
    super(`The patch cannot be read${options.line === undefined ? '' : ` at its line ${options.line}`}: ${problem}.`, {
      remedy: options.remedy ?? 'Send a git diff, search/replace blocks, a *** Begin Patch block, or edits as JSON.',
      cause: options.cause,
    })
    this.line = options.line
  }
}

/** Nothing would change. */
export class EmptyPatchError extends PatchlaneError {
  readonly code = 'PATCH_QUEUE_EMPTY_PATCH'
  override readonly kind: ErrorKind = 'usage'

  constructor(reason: string) {
    super(`The patch is empty: ${reason}.`, {
      remedy: 'Propose a patch only when at least one file differs from its base.',
    })
  }
}

/** An edit of a file that the declared base does not have. */
export class PatchFileMissingError extends PatchlaneError {
  readonly code = 'PATCH_QUEUE_FILE_MISSING'
  override readonly kind: ErrorKind = 'usage'
  readonly path: string

  constructor(path: string) {
    super(`The patch edits ${JSON.stringify(path)}, but its base has no such file.`, {
      remedy:
        'Correct the path, state the base commit the patch was made from, or create the file with its whole content.',
    })
    this.path = path
  }
}

/** The creation of a file, or a rename to it, that the declared base already has. */
export class PatchFileExistsError extends PatchlaneError {
  readonly code = 'PATCH_QUEUE_FILE_EXISTS'
  override readonly kind: ErrorKind = 'usage'
  readonly path: string

  constructor(path: string) {
    super(`The patch creates ${JSON.stringify(path)}, but its base already has that file.`, {
      remedy: 'Send the change as an edit of the existing file, or delete the file in the same patch.',
    })
    this.path = path
  }
}

/** What an edit looks for does not stand in the declared base. */
export class EditNotFoundError extends PatchlaneError {
  readonly code = 'PATCH_QUEUE_EDIT_NOT_FOUND'
  override readonly kind: ErrorKind = 'conflict'
  readonly path: string
  /** The lines of the base that look most like it, with their numbers; empty if none does. */
  readonly nearest: string

  constructor(path: string, what: string, nearest: string) {
    super(`${path}: ${what} is not in the base.${nearest === '' ? '' : ` The nearest lines are:\n${nearest}`}`, {
      remedy: 'Copy the old lines exactly from the base file, or state the base commit they were copied from.',
    })
    this.path = path
    this.nearest = nearest
  }
}

/** What an edit looks for stands in the declared base more than once. */
export class EditAmbiguousError extends PatchlaneError {
  readonly code = 'PATCH_QUEUE_EDIT_AMBIGUOUS'
  override readonly kind: ErrorKind = 'conflict'
  readonly path: string
  /** The lines where it starts, counted from 1. */
  readonly lines: readonly number[]

  constructor(path: string, what: string, lines: readonly number[]) {
    const shown = lines.slice(0, 10).join(', ')
    super(
      `${path}: ${what} is in the base ${lines.length} times (lines ${shown}${lines.length > 10 ? ', ...' : ''}).`,
      {
        remedy: 'Include more of the surrounding lines, so that the place is the only one.',
      },
    )
    this.path = path
    this.lines = lines
  }
}

/** Two edits of one patch want the same lines of the base. */
export class EditsOverlapError extends PatchlaneError {
  readonly code = 'PATCH_QUEUE_EDITS_OVERLAP'
  override readonly kind: ErrorKind = 'usage'
  readonly path: string

  constructor(path: string, line: number) {
    super(`${path}: two edits of the patch overlap at line ${line} of the base.`, {
      remedy: 'Join them into one edit; every edit is located in the base, not in the result of the one before it.',
    })
    this.path = path
  }
}

/** More than a patch may hold. */
export class PatchTooLargeError extends PatchlaneError {
  readonly code = 'PATCH_QUEUE_PATCH_TOO_LARGE'
  override readonly kind: ErrorKind = 'usage'

  constructor(what: string, limit: string) {
    super(`The patch is too large: ${what}; at most ${limit} are allowed.`, {
      remedy: 'Split it into several patches, or leave out generated files.',
    })
  }
}
