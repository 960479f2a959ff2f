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
      stored.push(...(await this.#appendTo(trx, stream, group, time)))
      this.#database.afterCommit(trx, () => this.announce(stream))
    }
    return stored
  }

  async #appendTo(trx: Kysely<Schema>, stream: string, drafts: readonly Draft[], at: number): Promise<StoredEvent[]> {
    const [draft] = drafts
    // One trip to the server instead of two, in the usual case.
    if (this.#database.dialect === 'postgres' && draft !== undefined && drafts.length === 1)
      return [{ ...draft, at, seq: await appendInOneStatement(trx, draft, at) }]
    const last = await allot(trx, stream, drafts.length).executeTakeFirstOrThrow()
    const events = drafts.map((event, index) => ({ ...event, seq: last.last_seq - drafts.length + 1 + index, at }))
    await trx
      .insertInto('events')
      .values(events.map((event) => ({ ...event, data: JSON.stringify(event.data) })))
      .execute()
    return events
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

type Draft = z.output<typeof eventDraftSchema>

function parseDraft(draft: EventDraft): Draft {
  const parsed = eventDraftSchema.safeParse(draft)
  if (parsed.success) return parsed.data
  throw new InvalidInputError(`An event is malformed: ${z.prettifyError(parsed.error)}`, { cause: parsed.error })
}

/** Takes the next `count` numbers of a stream, and its lock until the transaction ends. */
function allot(db: Pick<Kysely<Schema>, 'insertInto'>, stream: string, count: number) {
  return db
    .insertInto('event_streams')
    .values({ stream, last_seq: count })
    .onConflict((conflict) =>
      conflict.column('stream').doUpdateSet({ last_seq: sql<number>`event_streams.last_seq + ${count}` }),
    )
    .returning('last_seq')
}

async function appendInOneStatement(trx: Kysely<Schema>, draft: Draft, at: number): Promise<number> {
  const { stream, type, subject, data } = draft
  const row = await trx
    .with('allotted', (db) => allot(db, stream, 1))
    .insertInto('events')
    .columns(['stream', 'seq', 'type', 'subject', 'data', 'at'])
    .expression((eb) =>
      eb
        .selectFrom('allotted')
        .select([
          sql<string>`cast(${stream} as text)`.as('stream'),
          'allotted.last_seq as seq',
          sql<string>`cast(${type} as text)`.as('type'),
          sql<string>`cast(${subject} as text)`.as('subject'),
          sql<string>`cast(${JSON.stringify(data)} as text)`.as('data'),
          sql<number>`cast(${at} as bigint)`.as('at'),
        ]),
    )
    .returning('seq')
    .executeTakeFirstOrThrow()
  return row.seq
}

function toEvent(row: Selectable<EventsTable>): StoredEvent {
  return { ...row, data: dataSchema.parse(JSON.parse(row.data)) }
}
