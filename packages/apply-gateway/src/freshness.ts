import type { ObjectId, ReadSet, Stamp } from '@patchlane/kernel'

/** Says whether what an agent read is fresh enough for its patch to land on a head. */
export interface FreshnessGate {
  check(request: {
    stamp: Stamp
    readSet: ReadSet | undefined
    head: ObjectId
  }): Promise<{ accepted: boolean; reason: string }>
}
