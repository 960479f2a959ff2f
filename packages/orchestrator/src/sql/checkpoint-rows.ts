import {
  type Checkpoint,
  type CheckpointPendingWrite,
  compareWritesSortKeys,
  type SerializerProtocol,
  writesSortKey,
} from '@langchain/langgraph-checkpoint'
import { z } from 'zod'

/** What names a checkpoint. */
export interface CheckpointKey {
  readonly threadId: string
  readonly namespace: string
  readonly checkpointId: string
}

/** A checkpoint as its row holds it: only the values that changed with it, and where the others are. */
export interface StoredCheckpoint {
  readonly checkpoint: Checkpoint
  /** By channel, the checkpoint (of the same thread and namespace) whose row has its value. */
  readonly valuesAt: Readonly<Record<string, string>>
}

const storedSchema = z.looseObject({
  v: z.number(),
  id: z.string(),
  ts: z.string(),
  channel_values: z.record(z.string(), z.unknown()).default({}),
  channel_versions: z.record(z.string(), z.union([z.number(), z.string()])).default({}),
  versions_seen: z.record(z.string(), z.record(z.string(), z.union([z.number(), z.string()]))).default({}),
  values_at: z.record(z.string(), z.string()).default({}),
})

export async function dumpCheckpoint(serde: SerializerProtocol, stored: StoredCheckpoint) {
  const [type, checkpoint] = await serde.dumpsTyped({ ...stored.checkpoint, values_at: stored.valuesAt })
  return { type, checkpoint }
}

export async function loadCheckpoint(
  serde: SerializerProtocol,
  row: { type: string; checkpoint: Uint8Array },
): Promise<StoredCheckpoint> {
  const { values_at: valuesAt, ...checkpoint } = storedSchema.parse(await serde.loadsTyped(row.type, row.checkpoint))
  return { checkpoint, valuesAt }
}

/**
 * Which values a checkpoint's own row has to hold: what is new with it, and what its parent does not have in the same version. The rest
 * is where the parent's is.
 */
export function splitValues(
  checkpoint: Checkpoint,
  newVersions: Readonly<Record<string, unknown>>,
  parent: StoredCheckpoint | undefined,
): StoredCheckpoint {
  const own: Record<string, unknown> = {}
  const valuesAt: Record<string, string> = {}
  for (const [channel, value] of Object.entries(checkpoint.channel_values)) {
    if (Object.hasOwn(newVersions, channel)) own[channel] = value
    else if (parent !== undefined) {
      const at = Object.hasOwn(parent.checkpoint.channel_values, channel)
        ? parent.checkpoint.id
        : parent.valuesAt[channel]
      const same = parent.checkpoint.channel_versions[channel] === checkpoint.channel_versions[channel]
      if (at !== undefined && same) valuesAt[channel] = at
      else own[channel] = value
    }
  }
  return { checkpoint: { ...checkpoint, channel_values: own }, valuesAt }
}

export interface WriteRow {
  task_id: string
  idx: number
  channel: string
  type: string | null
  value: Uint8Array | null
  task_path: string
}

/** Pending writes in the order in which LangGraph applies them live. */
export function loadWrites(serde: SerializerProtocol, rows: readonly WriteRow[]): Promise<CheckpointPendingWrite[]> {
  return Promise.all(
    rows
      .map((row) => ({ row, key: writesSortKey(row.task_path, row.task_id, row.idx) }))
      .sort((a, b) => compareWritesSortKeys(a.key, b.key))
      .map(async ({ row }): Promise<CheckpointPendingWrite> => {
        const value = row.value === null ? undefined : await serde.loadsTyped(row.type ?? 'json', row.value)
        return [row.task_id, row.channel, value]
      }),
  )
}
