import type { CheckReport, ObjectId, QueuedPatch } from '@patchlane/kernel'
import type { Judgement } from './landing-verdict.ts'
import type { Refusal } from './refusal.ts'
import type { Staged } from './stage-patch.ts'

/** What became of a patch before approval and landing. */
export type Judged =
  | { kind: 'passed'; staged: Staged; judgement: Judgement; reports: CheckReport[] }
  | { kind: 'refused'; refusal: Refusal; reports: CheckReport[]; staged?: Staged }
  /** Stopped: the patch is to be staged again, or goes back to the line. */
  | { kind: 'stopped' }

/** A patch in the train. */
export interface Car {
  queued: QueuedPatch
  /** What it is staged on: the head, or the commit of the car ahead. */
  onto: ObjectId
  /** What the next car is staged on: this patch's commit, or `onto` if it could not be staged. */
  tip: ObjectId
  stop: AbortController
  judged: Promise<Judged>
}
