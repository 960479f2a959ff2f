import { type ErrorKind, PatchlaneError, type PatchlaneErrorOptions } from '@patchlane/kernel'

/** As many workspaces, or as much disk, as allowed are in use by living holders. */
export class WorkspaceLimitError extends PatchlaneError {
  readonly code = 'WORKSPACE_LIMIT'
  override readonly kind: ErrorKind = 'environment'
  override readonly retryable = true

  constructor(reason: string, options?: PatchlaneErrorOptions) {
    super(`No workspace can be made: ${reason}.`, {
      remedy: 'Wait until one is released, run "patchlane workspace gc", or raise the limit.',
      ...options,
    })
  }
}

/** The lease is over: somebody else has the workspace, or it is gone. Work in it must stop. */
export class WorkspaceLostError extends PatchlaneError {
  readonly code = 'WORKSPACE_LOST'
  override readonly kind: ErrorKind = 'stale'

  constructor(id: string, options?: PatchlaneErrorOptions) {
    super(`Workspace ${id} is no longer leased to this holder.`, {
      remedy: 'Stop working in it and lease another one. Unsaved work is under refs/patchlane/rescue/.',
      ...options,
    })
  }
}

/** No workspace has this id. */
export class WorkspaceNotFoundError extends PatchlaneError {
  readonly code = 'WORKSPACE_NOT_FOUND'
  override readonly kind: ErrorKind = 'usage'

  constructor(id: string, options?: PatchlaneErrorOptions) {
    super(`There is no workspace ${JSON.stringify(id)}.`, {
      remedy: 'Look with "patchlane workspace list".',
      ...options,
    })
  }
}

/** A workspace's folder is not what was left there. It is not used again. */
export class WorkspaceSpoiledError extends PatchlaneError {
  readonly code = 'WORKSPACE_SPOILED'

  constructor(directory: string, reason: string, options?: PatchlaneErrorOptions) {
    super(`Workspace folder ${directory} cannot be used: ${reason}.`, options)
  }
}

/** What an agent left cannot become a patch. */
export class WorkspaceCaptureError extends PatchlaneError {
  readonly code = 'WORKSPACE_CAPTURE_REFUSED'
  override readonly kind: ErrorKind = 'usage'
  readonly path: string

  constructor(path: string, reason: string, options?: PatchlaneErrorOptions) {
    super(`${JSON.stringify(path)} cannot be part of a patch: ${reason}.`, {
      remedy: 'Remove it from the workspace, or have git ignore it.',
      ...options,
    })
    this.path = path
  }
}

/** The folder for workspaces would be inside the repository, where tools would find every file twice. */
export class WorkspaceRootError extends PatchlaneError {
  readonly code = 'WORKSPACE_ROOT_INSIDE_REPOSITORY'
  override readonly kind: ErrorKind = 'usage'

  constructor(root: string, repository: string, options?: PatchlaneErrorOptions) {
    super(`Workspaces cannot be kept in ${root}, inside the repository ${repository}.`, {
      remedy: 'Choose a folder outside the repository.',
      ...options,
    })
  }
}

/** The project's own set-up command failed in a new workspace. */
export class WorkspaceSetupError extends PatchlaneError {
  readonly code = 'WORKSPACE_SETUP_FAILED'

  constructor(command: string, exitCode: number | null, output: string, options?: PatchlaneErrorOptions) {
    super(`Setting up a workspace failed: ${command} ended with ${exitCode ?? 'a signal'}.\n${output}`.trimEnd(), {
      remedy: 'Run the command in a fresh clone and mend it there.',
      ...options,
    })
  }
}

/** A submodule that was asked for is not on this machine. */
export class WorkspaceSubmoduleError extends PatchlaneError {
  readonly code = 'WORKSPACE_SUBMODULE_MISSING'
  override readonly kind: ErrorKind = 'environment'

  constructor(path: string, reason: string, options?: PatchlaneErrorOptions) {
    super(`Submodule ${JSON.stringify(path)} cannot be checked out: ${reason}.`, {
      remedy: `Run "git submodule update --init" in the repository, then try again.`,
      ...options,
    })
  }
}

/** Large files were asked for, and there is no git-lfs. */
export class WorkspaceLargeFilesError extends PatchlaneError {
  readonly code = 'WORKSPACE_LARGE_FILES_UNAVAILABLE'
  override readonly kind: ErrorKind = 'environment'

  constructor(options?: PatchlaneErrorOptions) {
    super('Large files cannot be checked out: there is no git-lfs.', {
      remedy: 'Install git-lfs, or work with the pointers that are committed.',
      ...options,
    })
  }
}
