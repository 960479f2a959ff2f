import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  getCheckpointId,
  maxChannelVersion,
  type PendingWrite,
  type SerializerProtocol,
  TASKS,
  WRITES_IDX_MAP,
} from '@langchain/langgraph-checkpoint'
import type { Database } from '@patchlane/database'
import { CheckpointRequestError } from '../errors.ts'
import {
  type CheckpointKey,
  dumpCheckpoint,
  loadCheckpoint,
  loadWrites,
  type StoredCheckpoint,
  splitValues,
} from './checkpoint-rows.ts'

type Config = CheckpointTuple['config']
type CheckpointRow = Awaited<ReturnType<SqlCheckpointSaver['rows']>>[number]

export interface SqlCheckpointSaverOptions {
  /** Borrowed from the caller, never closed here. Has to be migrated. */
  database: Database
  /** @default LangGraph's own */
  serde?: SerializerProtocol
}

/**
 * LangGraph's checkpoints in the project's own database, on SQLite and Postgres. A channel's value is stored once per change, however
 * many checkpoints it lives through. Any number of processes may use one store; a thread belongs to one of them at a time.
 */
export class SqlCheckpointSaver extends BaseCheckpointSaver {
  readonly #database: Database

  constructor(options: SqlCheckpointSaverOptions) {
    super(options.serde)
    this.#database = options.database
  }

  async getTuple(config: Config): Promise<CheckpointTuple | undefined> {
    const { threadId, namespace, checkpointId } = partsOf(config)
    if (threadId === undefined) return undefined
    const [row] = await this.rows({ threadId, namespace: namespace ?? '', checkpointId, limit: 1 })
    return row === undefined ? undefined : this.#tuple(row)
  }

  async *list(config: Config, options: CheckpointListOptions = {}): AsyncGenerator<CheckpointTuple> {
    const { threadId, namespace, checkpointId } = partsOf(config)
    const before = options.before === undefined ? undefined : getCheckpointId(options.before) || undefined
    const wanted = Object.entries(options.filter ?? {})
    let left = options.limit ?? Number.POSITIVE_INFINITY
    // Metadata is the serializer's to read, so a filter cannot be part of the query.
    const limit = wanted.length === 0 ? options.limit : undefined
    for (const row of await this.rows({ threadId, namespace, checkpointId, before, limit })) {
      if (left <= 0) return
      const tuple = await this.#tuple(row)
      const metadata = new Map<string, unknown>(Object.entries(tuple.metadata ?? {}))
      if (!wanted.every(([key, value]) => metadata.get(key) === value)) continue
      left -= 1
      yield tuple
    }
  }

  async put(
    config: Config,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<Config> {
    const { threadId, namespace = '', checkpointId: parentId } = partsOf(config)
    if (threadId === undefined) throw missing('thread_id')
    const parent = await this.#stored(threadId, namespace, parentId)
    const stored = splitValues(checkpoint, newVersions, parent)
    const [metadataType, metadataBytes] = await this.serde.dumpsTyped(metadata)
    const content = {
      parent_checkpoint_id: parentId ?? null,
      ...(await dumpCheckpoint(this.serde, stored)),
      metadata_type: metadataType,
      metadata: metadataBytes,
    }
    await this.#database.db
      .insertInto('checkpoints')
      .values({ thread_id: threadId, checkpoint_ns: namespace, checkpoint_id: checkpoint.id, ...content })
      .onConflict((conflict) => conflict.columns(['thread_id', 'checkpoint_ns', 'checkpoint_id']).doUpdateSet(content))
      .execute()
    return configOf({ threadId, namespace, checkpointId: checkpoint.id })
  }

  /** A write that is there already stays; only LangGraph's own (errors, interrupts) are replaced. */
  async putWrites(config: Config, writes: PendingWrite[], taskId: string, taskPath = ''): Promise<void> {
    const { threadId, namespace = '', checkpointId } = partsOf(config)
    if (threadId === undefined) throw missing('thread_id')
    if (checkpointId === undefined) throw missing('checkpoint_id')
    const rows = await Promise.all(
      writes.map(async ([channel, content], index) => {
        const [type, value] = await this.serde.dumpsTyped(content)
        const idx = WRITES_IDX_MAP[channel] ?? index
        return {
          thread_id: threadId,
          checkpoint_ns: namespace,
          checkpoint_id: checkpointId,
          task_id: taskId,
          idx,
          channel,
          type,
          value,
          task_path: taskPath,
        }
      }),
    )
    if (rows.length === 0) return
    const key = ['thread_id', 'checkpoint_ns', 'checkpoint_id', 'task_id', 'idx'] as const
    const plain = rows.filter(({ idx }) => idx >= 0)
    const special = rows.filter(({ idx }) => idx < 0)
    await this.#database.transaction(async (trx) => {
      if (plain.length > 0) {
        await trx
          .insertInto('checkpoint_writes')
          .values(plain)
          .onConflict((conflict) => conflict.columns(key).doNothing())
          .execute()
      }
      for (const row of special) {
        const { channel, type, value, task_path } = row
        await trx
          .insertInto('checkpoint_writes')
          .values(row)
          .onConflict((conflict) => conflict.columns(key).doUpdateSet({ channel, type, value, task_path }))
          .execute()
      }
    })
  }

  async deleteThread(threadId: string): Promise<void> {
    await this.#database.transaction(async (trx) => {
      await trx.deleteFrom('checkpoint_writes').where('thread_id', '=', threadId).execute()
      await trx.deleteFrom('checkpoints').where('thread_id', '=', threadId).execute()
    })
  }

  /**
   * Forgets the checkpoints of a repository's runs that finished before a time (UTC, milliseconds): they cannot be resumed any more. What was
   * interrupted or failed is kept.
   */
  async prune({ repoId, finishedBefore }: { repoId: string; finishedBefore: number }): Promise<void> {
    await this.#database.transaction(async (trx) => {
      const finished = trx
        .selectFrom('runs')
        .select('run_id')
        .where('repo_id', '=', repoId)
        .where('status', '=', 'finished')
        .where('finished_at', '<', finishedBefore)
      await trx.deleteFrom('checkpoint_writes').where('thread_id', 'in', finished).execute()
      await trx.deleteFrom('checkpoints').where('thread_id', 'in', finished).execute()
    })
  }

  /** Rows of checkpoints, the newest first. */
  protected rows(filter: {
    threadId?: string | undefined
    namespace?: string | undefined
    checkpointId?: string | undefined
    before?: string | undefined
    limit?: number | undefined
  }) {
    const { threadId, namespace, checkpointId, before, limit } = filter
    let query = this.#database.db.selectFrom('checkpoints').selectAll().orderBy('checkpoint_id', 'desc')
    if (threadId !== undefined) query = query.where('thread_id', '=', threadId)
    if (namespace !== undefined) query = query.where('checkpoint_ns', '=', namespace)
    if (checkpointId !== undefined) query = query.where('checkpoint_id', '=', checkpointId)
    if (before !== undefined) query = query.where('checkpoint_id', '<', before)
    if (limit !== undefined) query = query.limit(limit)
    return query.execute()
  }

  async #tuple(row: CheckpointRow): Promise<CheckpointTuple> {
    const key = { threadId: row.thread_id, namespace: row.checkpoint_ns, checkpointId: row.checkpoint_id }
    const parentId = row.parent_checkpoint_id ?? undefined
    const checkpoint = await this.#whole(key, await loadCheckpoint(this.serde, row))
    if (checkpoint.v < 4 && parentId !== undefined) await this.#addPendingSends(checkpoint, key, parentId)
    return {
      config: configOf(key),
      checkpoint,
      metadata: await this.serde.loadsTyped(row.metadata_type, row.metadata),
      ...(parentId === undefined ? {} : { parentConfig: configOf({ ...key, checkpointId: parentId }) }),
      pendingWrites: await loadWrites(this.serde, await this.#writes(key)),
    }
  }

  /** Puts the values that other rows hold in their place. */
  async #whole({ threadId, namespace }: CheckpointKey, stored: StoredCheckpoint): Promise<Checkpoint> {
    const values = { ...stored.checkpoint.channel_values }
    const byRow = Map.groupBy(Object.entries(stored.valuesAt), ([, at]) => at)
    for (const [at, channels] of byRow) {
      const holder = await this.#stored(threadId, namespace, at)
      for (const [channel] of channels) {
        if (holder === undefined || !Object.hasOwn(holder.checkpoint.channel_values, channel)) {
          throw new CheckpointRequestError(
            `Checkpoint ${stored.checkpoint.id} of thread ${threadId} lacks its value of "${channel}", which checkpoint ${at} had.`,
            { remedy: 'Restore the database from a backup, or start the run again.' },
          )
        }
        values[channel] = holder.checkpoint.channel_values[channel]
      }
    }
    return { ...stored.checkpoint, channel_values: values }
  }

  async #stored(threadId: string, namespace: string, id: string | undefined): Promise<StoredCheckpoint | undefined> {
    if (id === undefined) return undefined
    const [row] = await this.rows({ threadId, namespace, checkpointId: id, limit: 1 })
    return row === undefined ? undefined : loadCheckpoint(this.serde, row)
  }

  /** Checkpoints of old programs (format below 4) kept what was sent to tasks with their parent. */
  async #addPendingSends(checkpoint: Checkpoint, key: CheckpointKey, parentId: string): Promise<void> {
    const rows = await this.#writes({ ...key, checkpointId: parentId })
    const sends = await loadWrites(
      this.serde,
      rows.filter(({ channel }) => channel === TASKS),
    )
    checkpoint.channel_values[TASKS] = sends.map(([, , value]) => value)
    const versions = Object.values(checkpoint.channel_versions)
    checkpoint.channel_versions[TASKS] =
      versions.length > 0 ? maxChannelVersion(...versions) : this.getNextVersion(undefined)
  }

  #writes({ threadId, namespace, checkpointId }: CheckpointKey) {
    return this.#database.db
      .selectFrom('checkpoint_writes')
      .select(['task_id', 'idx', 'channel', 'type', 'value', 'task_path'])
      .where('thread_id', '=', threadId)
      .where('checkpoint_ns', '=', namespace)
      .where('checkpoint_id', '=', checkpointId)
      .execute()
  }
}

function partsOf(config: Config) {
  const { thread_id, checkpoint_ns } = config.configurable ?? {}
  return {
    threadId: typeof thread_id === 'string' ? thread_id : undefined,
    namespace: typeof checkpoint_ns === 'string' ? checkpoint_ns : undefined,
    checkpointId: getCheckpointId(config) || undefined,
  }
}

function configOf({ threadId, namespace, checkpointId }: CheckpointKey): Config {
  return { configurable: { thread_id: threadId, checkpoint_ns: namespace, checkpoint_id: checkpointId } }
}

function missing(name: string): CheckpointRequestError {
  return new CheckpointRequestError(`A checkpoint is named by ${name}, which is missing.`, {
    remedy: `Give "${name}" in the configurable part of the configuration.`,
  })
}
