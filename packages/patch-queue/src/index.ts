export { toEntry } from './apply-move.ts'
export {
  LeaseLostError,
  PatchCancelledError,
  PatchStateError,
  TargetDrainingError,
  UnknownPatchError,
  UnknownReferenceError,
} from './errors.ts'
export { MemoryPatchQueue, type MemoryPatchQueueOptions } from './memory/memory-patch-queue.ts'
export { MemoryPatchStore } from './memory/memory-patch-store.ts'
export {
  type LeaseOptions,
  type ListOptions,
  type PatchQueue,
  patchStream,
  type QueueEntry,
  type ReadQueueEventsOptions,
  type Reentry,
  type RetentionOptions,
  type TargetMode,
  type TargetRef,
  type TargetState,
} from './patch-queue.ts'
export type {
  ExpressLane,
  LeaseStanding,
  LineView,
  NewPatch,
  PatchChanges,
  PatchRecord,
  PatchStore,
  PatchTransaction,
  Step,
  TargetRecord,
} from './patch-store.ts'
export { StoredPatchQueue, type StoredPatchQueueOptions } from './stored-patch-queue.ts'
