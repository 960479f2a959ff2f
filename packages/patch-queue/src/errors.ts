import { type ErrorKind, PatchlaneError, type PatchlaneErrorOptions, type QueuedPatch } from '@patchlane/kernel'

/** A write under a lease that does not stand any more. Nothing was written. */
export class LeaseLostError extends PatchlaneError {
  readonly code = 'PATCH_QUEUE_LEASE_LOST'
  override readonly kind: ErrorKind = 'stale'
  /** True when it only ran out and nobody took over: `renew` can still save it. */
  readonly expired: boolean

  constructor(target: string, held: number, current: number, options?: PatchlaneErrorOptions) {
    const expired = held === current
    super(
      expired
        ? `The lease on ${target} (token ${held}) ran out. Nothing was written.`
        : `The lease on ${target} was lost: token ${held} was replaced by ${current}. Nothing was written.`,
      {
        remedy: expired
          ? 'Renew the lease, or take it again.'
          : 'Stop; the new holder decides about every patch in hand.',
        ...options,
      },
    )
    this.expired = expired
  }
}

export class UnknownPatchError extends PatchlaneError {
  readonly code = 'PATCH_QUEUE_UNKNOWN_PATCH'
  override readonly kind: ErrorKind = 'usage'

  constructor(patchId: string, options?: PatchlaneErrorOptions) {
    super(`There is no patch ${patchId} in this queue.`, { remedy: 'List the queue to see what it holds.', ...options })
  }
}

/** A proposal that names a patch which this queue has never seen, or which is another repository's or target's. */
export class UnknownReferenceError extends PatchlaneError {
  readonly code = 'PATCH_QUEUE_UNKNOWN_REFERENCE'
  override readonly kind: ErrorKind = 'usage'

  constructor(patchId: string, relation: string, reference: string, options?: PatchlaneErrorOptions) {
    super(`Patch ${patchId} ${relation} ${reference}, which is not in the queue of its target.`, {
      remedy: 'Propose the other patch first, for the same repository and target.',
      ...options,
    })
  }
}

/** The target drains: it takes no more proposals. */
export class TargetDrainingError extends PatchlaneError {
  readonly code = 'PATCH_QUEUE_DRAINING'
  override readonly kind: ErrorKind = 'environment'
  override readonly retryable = true

  constructor(target: string, options?: PatchlaneErrorOptions) {
    super(`${target} is being drained and takes no new patches.`, { remedy: 'Resume the target, or wait.', ...options })
  }
}

/** The patch was withdrawn or superseded while a gateway had it in hand. It is settled so now. */
export class PatchCancelledError extends PatchlaneError {
  readonly code = 'PATCH_QUEUE_CANCELLED'
  override readonly kind: ErrorKind = 'stale'
  readonly patch: QueuedPatch

  constructor(patch: QueuedPatch, options?: PatchlaneErrorOptions) {
    super(`Patch ${patch.patch.patchId} was ${patch.status} in the meantime. It must not land.`, {
      remedy: 'Drop it and go on with the next one.',
      ...options,
    })
    this.patch = patch
  }
}

/** A call that does not fit the state the patch is in. */
export class PatchStateError extends PatchlaneError {
  readonly code = 'PATCH_QUEUE_STATE'
  override readonly kind: ErrorKind = 'usage'
}
