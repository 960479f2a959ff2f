import { type EventDraft, eventDraftSchema, InvalidInputError, type StoredEvent } from '@patchlane/kernel'
import { type Kysely, type Selectable, sql } from 'kysely'
import { z } from 'zod'
import type { Database } from './database.ts'
import type { EventsTable, Schema } from './schema.ts'

export interface ReadEventsOptions {
  /** Without it: the events of all streams in the order of time, for people to look at; only a stream can be resumed without a gap. */
  stream?: string
  /** Only events after this number; without a stream, after this time. @default 0 */
  after?: number
  /** @default 1000 */
  limit?: number
}

export interface EventLogOptions {
  /** How often a follower looks by itself, in case a wake-up was lost, in milliseconds. @default 1_000 */
  pollMs?: number
}

const dataSchema = z.record(z.string(), z.json())

/**
 * The append-only log of what happened, in streams.
 *
 * Numbers are dense within a stream: they are allotted under the stream's row lock, which is held until the transaction ends, so
 * a reader that saw number n has seen, or can read, everything before n.
 */
export class EventLog {
  readonly #database: Database
  readonly #pollMs: number

  constructor(database: Database, options: EventLogOptions = {}) {
    this.#database = database
    this.#pollMs = options.pollMs ?? 1000
  }

  /**
   * Appends in the caller's transaction: the events exist if and only if it commits. Followers are told after that; in a
   * transaction that `Database.transaction` did not start, call {@link announce} yourself once it is committed.
   */
  async append(trx: Kysely<Schema>, drafts: readonly EventDraft[], at?: number): Promise<StoredEvent[]> {
    const byStream = Map.groupBy(drafts.map(parseDraft), (draft) => draft.stream)
    const time = at ?? (await this.#database.now(trx))
    const stored: StoredEvent[] = []
    // Always in the same order, so that two writers of several streams cannot wait for each other.
    for (const [stream, group] of [...byStream].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const last = await allot(trx, stream, group.length)
      const events = group.map((draft, index) => ({ ...draft, seq: last - group.length + 1 + index, at: time }))
      await trx
        .insertInto('events')
        .values(events.map((event) => ({ ...event, data: JSON.stringify(event.data) })))
        .execute()
      stored.push(...events)
      this.#database.afterCommit(trx, () => this.announce(stream))
    }
    return stored
  }

  /** Wakes the followers of a stream. */
  announce(stream: string): void {
    this.#database.wakeUps.notify(stream)
  }

  async read(options: ReadEventsOptions = {}): Promise<StoredEvent[]> {
    const { stream, after = 0, limit = 1000 } = options
    const query = this.#database.db.selectFrom('events').selectAll().limit(limit)
    const rows =
      stream === undefined
        ? await query.where('at', '>', after).orderBy('at').orderBy('stream').orderBy('seq').execute()
        : await query.where('stream', '=', stream).where('seq', '>', after).orderBy('seq').execute()
    return rows.map(toEvent)
  }

  /** The number of the latest event of a stream; 0 if there is none. */
  async last(stream: string): Promise<number> {
    const row = await this.#database.db
      .selectFrom('event_streams')
      .select('last_seq')
      .where('stream', '=', stream)
      .executeTakeFirst()
    return row?.last_seq ?? 0
  }

  /** Every event after `after`, each once, in order, and then those to come; ends when `signal` is aborted. */
  async *follow(stream: string, after: number, signal?: AbortSignal): AsyncGenerator<StoredEvent, void, undefined> {
    let seen = after
    let news = true
    let wake = () => {}
    const unlisten = this.#database.wakeUps.listen(stream, () => {
      news = true
      wake()
    })
    const onAbort = () => wake()
    signal?.addEventListener('abort', onAbort)
    const ended = () => signal?.aborted === true
    try {
      while (!ended()) {
        news = false
        const events = await this.read({ stream, after: seen })
        for (const event of events) {
          if (ended()) return
          seen = event.seq
          yield event
        }
        if (events.length > 0 || news || ended()) continue
        const { promise, resolve } = Promise.withResolvers<void>()
        const timer = setTimeout(resolve, this.#pollMs)
        wake = resolve
        await promise
        clearTimeout(timer)
      }
    } finally {
      signal?.removeEventListener('abort', onAbort)
      unlisten()
    }
  }

  /** Forgets events older than a time; numbers go on where they were. @returns how many. */
  async prune(before: number): Promise<number> {
    const result = await this.#database.db.deleteFrom('events').where('at', '<', before).executeTakeFirst()
    return Number(result.numDeletedRows)
  }
}

function parseDraft(draft: EventDraft): z.output<typeof eventDraftSchema> {
  const parsed = eventDraftSchema.safeParse(draft)
  if (parsed.success) return parsed.data
  throw new InvalidInputError(`An event is malformed: ${z.prettifyError(parsed.error)}`, { cause: parsed.error })
}

/** Takes the next `count` numbers of a stream, and its lock until the transaction ends. */
async function allot(trx: Kysely<Schema>, stream: string, count: number): Promise<number> {
  const row = await trx
    .insertInto('event_streams')
    .values({ stream, last_seq: count })
    .onConflict((conflict) =>
      conflict.column('stream').doUpdateSet({ last_seq: sql<number>`event_streams.last_seq + ${count}` }),
    )
    .returning('last_seq')
    .executeTakeFirstOrThrow()
  return row.last_seq
}

function toEvent(row: Selectable<EventsTable>): StoredEvent {
  return { ...row, data: dataSchema.parse(JSON.parse(row.data)) }
}
