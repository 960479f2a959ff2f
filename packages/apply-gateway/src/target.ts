import type { GitRepository } from '@patchlane/git'
import type { ObjectId, PatchId, TargetLease, TargetName } from '@patchlane/kernel'
import type { LandingVerdict } from './landing-verdict.ts'

/** The proof that this process took the target over; a later take-over voids it. */
export interface Fence {
  readonly epoch: number
  readonly owner: string
  /** Identifies the take-over in the target itself. */
  readonly token: string
}

/** What recovery found and did; one entry per landing that a dead writer left open. */
export interface Recovery {
  patchId: PatchId
  commit: ObjectId
  /** `landed`: it had reached the commit point and was finished. `undone`: it had not, and left no trace. */
  outcome: 'landed' | 'undone'
  /** Files that somebody else changed meanwhile and that were therefore left as they are. */
  keptPaths: string[]
}

/** The parts of a target that a person sees; see {@link RollbackManager}. */
export interface VisibleState {
  /** The folder people work in; null where nobody sees files. */
  directory: string | null
  /** Names of folders at the root that hold the tool's own state. */
  excluded: readonly string[]
  /** Refs, HEAD and index as text, without what the tool itself keeps. */
  records(): Promise<string>
}

/**
 * What patches land on.
 *
 * Every adapter guarantees:
 * - `land` takes effect whole or not at all, through kills, full disks and power loss, after `recover` at the latest;
 * - `land` does nothing without a minted verdict for exactly what it lands, on exactly the head it was judged on;
 * - a writer that was fenced out cannot land, even if it does not know yet;
 * - uncommitted work of people is never changed, moved or removed; work in the way is an error that names the files.
 */
export interface Target {
  readonly name: TargetName
  /** Where commits are staged. Staging writes objects only. */
  readonly repository: GitRepository

  head(): Promise<ObjectId>

  /** Shuts out every earlier writer. Idempotent for one lease. @throws {FencedOutError} when a later one was here first. */
  takeOver(lease: Pick<TargetLease, 'epoch' | 'owner'>): Promise<Fence>

  /** Finishes or undoes what a dead writer began. Idempotent; survives being killed itself. Call it after {@link takeOver}. */
  recover(fence: Fence): Promise<Recovery[]>

  /**
   * Moves the target to the judged commit.
   *
   * @throws {UnjudgedLandingError}, {HeadMovedError}, {FencedOutError}, {CheckoutOverlapError}, {CheckoutBusyError}, {LandingFailedError}:
   * nothing was landed.
   */
  land(verdict: LandingVerdict, fence: Fence): Promise<void>

  visible(): Promise<VisibleState>

  /** Called when there is nothing to do: a chance to start what the next landing will need. Changes nothing that anybody sees. */
  ready?(): Promise<void>
}
