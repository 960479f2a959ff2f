import { type ErrorKind, errorMessage, PatchlaneError } from '@patchlane/kernel'

/** No repository at this folder or above it. */
export class NotARepositoryError extends PatchlaneError {
  readonly code = 'GIT_NOT_A_REPOSITORY'
  override readonly kind: ErrorKind = 'usage'

  constructor(directory: string, { isFolder = true, ...options }: ErrorOptions & { isFolder?: boolean } = {}) {
    super(isFolder ? `${directory} is not inside a git repository.` : `There is no folder ${directory}.`, {
      remedy: isFolder
        ? 'Change to a folder inside one, make one with "git init", or make the folder itself a target with "patchlane init".'
        : 'Name a folder that is there.',
      ...options,
    })
  }
}

/** A repository that belongs to another user: git does not read it, since its configuration could run programs. */
export class ForeignRepositoryError extends PatchlaneError {
  readonly code = 'GIT_FOREIGN_REPOSITORY'
  override readonly kind: ErrorKind = 'environment'

  constructor(directory: string, options?: ErrorOptions) {
    super(`The repository at ${directory} belongs to another user, so git does not read it.`, {
      remedy: `If you trust it: git config --global --add safe.directory ${directory}`,
      ...options,
    })
  }
}

/** A folder of ours inside git's cannot be made or written. */
export class GitFolderNotWrittenError extends PatchlaneError {
  readonly code = 'GIT_FOLDER_NOT_WRITTEN'
  override readonly kind: ErrorKind = 'environment'
  override readonly retryable = true

  constructor(directory: string, cause: unknown) {
    super(`${directory} cannot be written: ${errorMessage(cause)}.`, {
      remedy: 'See that this user may write there, and that the disk has space.',
      cause,
    })
  }
}

/** The git found is older than what merges without a worktree need. */
export class GitTooOldError extends PatchlaneError {
  readonly code = 'GIT_TOO_OLD'
  override readonly kind: ErrorKind = 'environment'

  constructor(found: string, needed: string, options?: ErrorOptions) {
    super(`git ${found} is too old: ${needed} or newer is needed.`, {
      remedy: `Install git ${needed} or newer, first on PATH.`,
      ...options,
    })
  }
}

/** There is no git on PATH. */
export class GitNotFoundError extends PatchlaneError {
  readonly code = 'GIT_NOT_FOUND'
  override readonly kind: ErrorKind = 'environment'

  constructor(options?: ErrorOptions) {
    super('git was not found.', { remedy: 'Install git and put it on PATH.', ...options })
  }
}

/** git ended with an exit code that the caller did not expect. */
export class GitCommandError extends PatchlaneError {
  readonly code = 'GIT_COMMAND_FAILED'
  readonly exitCode: number | null
  /** git's own words. */
  readonly stderr: string

  constructor(command: string, exitCode: number | null, stderr: string, options?: ErrorOptions) {
    super(`git ${command} failed (${exitCode ?? 'ended by a signal'}): ${stderr.trim() || 'it said nothing'}`, options)
    this.exitCode = exitCode
    this.stderr = stderr
  }
}

/** A revision or object that this repository does not have. */
export class ObjectNotFoundError extends PatchlaneError {
  readonly code = 'GIT_OBJECT_NOT_FOUND'
  override readonly kind: ErrorKind = 'usage'

  constructor(name: string, options?: ErrorOptions) {
    super(`The repository has no ${JSON.stringify(name)}.`, {
      remedy: 'Check the name; fetch the commit if another repository has it.',
      ...options,
    })
  }
}

/** A ref is not where the transaction expected it: somebody else moved it first. Nothing was changed. */
export class RefMovedError extends PatchlaneError {
  readonly code = 'GIT_REF_MOVED'
  override readonly kind: ErrorKind = 'stale'
  override readonly retryable = true

  constructor(detail: string, options?: ErrorOptions) {
    super(`A ref moved: ${detail}`, { remedy: 'Read the ref again and start over.', ...options })
  }
}

/** Another process holds a lock on a ref, or a dead one left it. Nothing was changed. */
export class RefLockedError extends PatchlaneError {
  readonly code = 'GIT_REF_LOCKED'
  override readonly kind: ErrorKind = 'stale'
  override readonly retryable = true
  /** The lock files that git named. */
  readonly lockFiles: string[]

  constructor(detail: string, lockFiles: string[], options?: ErrorOptions) {
    super(`A ref is locked: ${detail}`, {
      remedy: 'Wait for the other git process; remove the lock file only if no git is running.',
      ...options,
    })
    this.lockFiles = lockFiles
  }
}

/** An entry that a patch cannot hold: a submodule, or a path that means different files on different systems. */
export class UnsupportedEntryError extends PatchlaneError {
  readonly code = 'GIT_UNSUPPORTED_ENTRY'
  override readonly kind: ErrorKind = 'usage'

  constructor(path: string, mode: string, options?: ErrorOptions) {
    const what = mode === '160000' ? 'a submodule' : `an entry of mode ${mode}`
    super(`${JSON.stringify(path)} is ${what}, which a patch cannot change.`, {
      remedy: 'Leave it out of the patch and change it by hand.',
      ...options,
    })
  }
}

/** Two changes cannot stand in one tree: one needs a folder where the other has a file. */
export class TreeConflictError extends PatchlaneError {
  readonly code = 'GIT_TREE_CONFLICT'
  override readonly kind: ErrorKind = 'conflict'

  constructor(path: string, options?: ErrorOptions) {
    super(`${JSON.stringify(path)} would be a file and a folder at once.`, {
      remedy: 'Remove or rename one of the two.',
      ...options,
    })
  }
}
