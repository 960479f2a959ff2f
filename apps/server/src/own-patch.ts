import type { QueuedPatch } from '@patchlane/kernel'
import type { Pipeline } from '@patchlane/pipeline'
import { PatchNotFoundError } from './errors.ts'

/** A patch of the target that is served. A database may hold those of other repositories too; here they do not exist. */
export async function ownPatch(pipeline: Pipeline, idOrPrefix: string): Promise<QueuedPatch> {
  const queued = await pipeline.patches.get(idOrPrefix)
  const { patchId, repoId, target } = queued.patch
  if (repoId !== pipeline.repoId || target !== pipeline.target) throw new PatchNotFoundError(patchId)
  return queued
}
