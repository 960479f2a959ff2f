import { type ErrorKind, PatchlaneError } from '@patchlane/kernel'

/** Somebody asked to land what the pipeline has not judged, or not in this form. Always a fault of the caller's code. */
export class UnjudgedLandingError extends PatchlaneError {
  readonly code = 'APPLY_GATEWAY_UNJUDGED'

  constructor(reason: string, options?: ErrorOptions) {
    super(`Nothing was landed: ${reason}.`, { remedy: 'Propose the change and let the gateway judge it.', ...options })
  }
}

/** Another gateway took the target over. This one must stop at once. */
export class FencedOutError extends PatchlaneError {
  readonly code = 'APPLY_GATEWAY_FENCED_OUT'
  override readonly kind: ErrorKind = 'stale'

  constructor(target: string, detail: string, options?: ErrorOptions) {
    super(`This gateway no longer owns ${target}: ${detail}.`, {
      remedy: 'Stop; the gateway that took over goes on with the queue.',
      ...options,
    })
  }
}

/** The head is not the one the patch was judged on. Nothing was changed. */
export class HeadMovedError extends PatchlaneError {
  readonly code = 'APPLY_GATEWAY_HEAD_MOVED'
  override readonly kind: ErrorKind = 'stale'
  override readonly retryable = true

  constructor(target: string, expected: string, options?: ErrorOptions) {
    super(`${target} is no longer at ${expected}.`, { remedy: 'Stage the patch again on the new head.', ...options })
  }
}

/** The user's uncommitted work is where the patch would write. Nothing was changed. */
export class CheckoutOverlapError extends PatchlaneError {
  readonly code = 'APPLY_GATEWAY_CHECKOUT_OVERLAP'
  override readonly kind: ErrorKind = 'conflict'
  override readonly retryable = true
  readonly paths: string[]

  constructor(paths: string[], options?: ErrorOptions) {
    super(`Uncommitted work stands in the way: ${paths.join(', ')}.`, {
      remedy: 'Commit, move or remove your changes to these files; the patch then goes on.',
      ...options,
    })
    this.paths = paths
  }
}

/** The checkout cannot be moved right now: another git command, a merge, a rebase. Nothing was changed. */
export class CheckoutBusyError extends PatchlaneError {
  readonly code = 'APPLY_GATEWAY_CHECKOUT_BUSY'
  override readonly kind: ErrorKind = 'conflict'
  override readonly retryable = true

  constructor(reason: string, options?: ErrorOptions) {
    super(`The checkout is busy: ${reason}.`, { remedy: 'Finish or abort it; the patch then goes on.', ...options })
  }
}

/** Landing failed half way and was taken back. */
export class LandingFailedError extends PatchlaneError {
  readonly code = 'APPLY_GATEWAY_LANDING_FAILED'

  constructor(reason: string, options?: ErrorOptions) {
    super(`The patch could not be landed and was taken back: ${reason}.`, {
      remedy: 'Look at the cause (disk full, permissions), then let the patch try again.',
      ...options,
    })
  }
}

/** A patch that cannot be undone as things are. */
export class UndoRefusedError extends PatchlaneError {
  readonly code = 'APPLY_GATEWAY_UNDO_REFUSED'
  override readonly kind: ErrorKind = 'conflict'
  /** Landed patches that build on the one to be undone. */
  readonly dependents: string[]

  constructor(patchId: string, reason: string, dependents: string[], options?: ErrorOptions) {
    super(`Patch ${patchId} cannot be undone: ${reason}.`, {
      remedy: dependents.length > 0 ? `Undo ${dependents.join(', ')} first.` : 'Make the inverse change by hand.',
      ...options,
    })
    this.dependents = dependents
  }
}
