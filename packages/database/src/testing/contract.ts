import { randomUUID } from 'node:crypto'
import type { CheckReport, StoredEvent } from '@patchlane/kernel'
import { ManualClock, type TestApi } from '@patchlane/kernel/testing'
import type { Database } from '../database.ts'
import { EventLog } from '../event-log.ts'
import { LeaseTable } from '../lease-table.ts'
import type { ParameterOf } from '../prepared-statement.ts'
import { VerdictCache } from '../verdict-cache.ts'
import { leaseCases } from './lease-cases.ts'
import type { DatabaseHarness } from './sql-test-stores.ts'

/** What every engine must do the same way. Two handles race in each test that is about writing. */
export function databaseContract({ it, expect }: TestApi, harness: DatabaseHarness): void {
  const pair = async (): Promise<[Database, Database, ManualClock]> => {
    const namespace = randomUUID()
    const clock = new ManualClock()
    return [await harness.open(namespace, clock), await harness.open(namespace, clock), clock]
  }

  it('migrates once when many start at the same moment', async () => {
    const namespace = randomUUID()
    const handles = await Promise.all(Array.from({ length: 5 }, () => harness.open(namespace)))
    const rows = await handles[0]?.db.selectFrom('schema_migrations').selectAll().execute()
    expect(rows?.length).toBeGreaterThan(0)
    expect(new Set(rows?.map((row) => row.version)).size).toBe(rows?.length)
  })

  it('tells the time of the database, in milliseconds', async () => {
    const database = await harness.open(randomUUID())
    expect(Math.abs((await database.now()) - Date.now())).toBeLessThan(60_000)
  })

  it('runs a statement of the hot path with other values each time, and the time of each', async () => {
    const [one, two, clock] = await pair()
    const streams = [
      { stream: 'a', last_seq: 1 },
      { stream: "b'; --", last_seq: 2 },
    ]
    await one.db.insertInto('event_streams').values(streams).execute()
    const read = two.statement((value: ParameterOf<{ least: number; stream: string }>) =>
      two.db
        .selectFrom('event_streams')
        .select(['last_seq', two.clock.as('at')])
        .where('stream', '=', value('stream'))
        .where('last_seq', '>=', value('least')),
    )
    const first = clock.now()
    expect(await read({ stream: 'a', least: 1 })).toEqual([{ last_seq: 1, at: first }])
    clock.advance(5)
    expect(await read({ least: 2, stream: "b'; --" })).toEqual([{ last_seq: 2, at: first + 5 }])
    expect(await read({ least: 3, stream: "b'; --" })).toEqual([])
  })

  it('keeps all of a transaction, or nothing', async () => {
    const [one, two] = await pair()
    await expect(
      one.transaction(async (trx) => {
        await trx.insertInto('event_streams').values({ stream: 'x', last_seq: 1 }).execute()
        throw new TypeError('stop')
      }),
    ).rejects.toThrow(TypeError)
    expect(await two.db.selectFrom('event_streams').selectAll().execute()).toEqual([])
  })

  it('refuses a transaction inside a transaction instead of waiting for itself', async () => {
    const [one] = await pair()
    await expect(one.transaction(() => one.transaction(async () => 1))).rejects.toMatchObject({
      code: 'DATABASE_NESTED_TRANSACTION',
    })
    await expect(one.transaction(async () => 2)).resolves.toBe(2)
  })

  it('runs what was asked for after a commit, and only then', async () => {
    const [one] = await pair()
    const ran: string[] = []
    await one.transaction(async (trx) => {
      one.afterCommit(trx, () => ran.push('committed'))
      expect(ran).toEqual([])
    })
    await one
      .transaction(async (trx) => {
        one.afterCommit(trx, () => ran.push('rolled back'))
        throw new TypeError('stop')
      })
      .catch(() => {})
    expect(ran).toEqual(['committed'])
  })

  it('numbers events densely however many write', async () => {
    const [one, two] = await pair()
    const logs = [new EventLog(one), new EventLog(two)]
    const writes = Array.from({ length: 20 }, (_, index) => {
      const database = index % 2 === 0 ? one : two
      return database.transaction(async (trx) => {
        await logs[index % 2]?.append(trx, [{ stream: 's', type: 'test.made', subject: `${index}` }])
        if (index % 5 === 4) throw new TypeError('stop')
      })
    })
    const outcomes = await Promise.allSettled(writes)
    expect(outcomes.filter((outcome) => outcome.status === 'rejected')).toHaveLength(4)
    const events = await logs[0]?.read({ stream: 's' })
    expect(events?.map((event) => event.seq)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1))
  })

  it('follows a stream without a gap, from another handle, while it is written', async () => {
    const [one, two] = await pair()
    const log = new EventLog(one)
    const append = (subject: string) =>
      one.transaction((trx) =>
        log.append(trx, [{ stream: 's', type: 'test.made', subject, data: { text: 'é\0\ud800' } }]),
      )
    await append('1')
    const stop = new AbortController()
    const seen: StoredEvent[] = []
    const following = (async () => {
      for await (const event of new EventLog(two, { pollMs: 200 }).follow('s', 0, stop.signal)) {
        seen.push(event)
        if (seen.length === 4) stop.abort()
      }
    })()
    for (const subject of ['2', '3', '4']) await append(subject)
    await following
    expect(seen.map((event) => [event.seq, event.subject])).toEqual([
      [1, '1'],
      [2, '2'],
      [3, '3'],
      [4, '4'],
    ])
    expect(seen[0]?.data).toEqual({ text: 'é\0\ud800' })
  })

  it('ends a follower that waits, at once', async () => {
    const [one] = await pair()
    const stop = new AbortController()
    const events = new EventLog(one, { pollMs: 3_600_000 }).follow('nothing', 0, stop.signal)
    const next = events.next()
    setTimeout(() => stop.abort(), 20)
    expect((await next).done).toBe(true)
  })

  it('gives a lease to one of many who ask at once', async () => {
    const [one, two] = await pair()
    const key = { repoId: 'r', target: 't' }
    const asked = await Promise.all(
      Array.from({ length: 8 }, (_, n) => new LeaseTable(n % 2 === 0 ? one : two).acquire(key, `gateway-${n}`, 1000)),
    )
    expect(asked.filter((lease) => lease !== undefined)).toHaveLength(1)
  })

  it('raises the epoch with each holder, and knows a late one', async () => {
    const [one, two, clock] = await pair()
    const [a, b] = [new LeaseTable(one), new LeaseTable(two)]
    const key = { repoId: 'r', target: 't' }
    const first = await a.acquire(key, 'a', 1000)
    if (first === undefined) throw new TypeError('not given')
    expect(await b.acquire(key, 'b', 1000)).toBeUndefined()
    clock.advance(1000)
    expect(await one.transaction((trx) => a.check(trx, first))).toMatchObject({ held: false, reason: 'expired' })
    expect(await a.holder(key)).toBeUndefined()
    const second = await b.acquire(key, 'b', 1000)
    expect(second).toMatchObject({ owner: 'b', epoch: first.epoch + 1 })
    expect(await one.transaction((trx) => a.check(trx, first))).toEqual({ held: false, reason: 'lost', epoch: 2 })
    expect(await a.renew(first, 1000)).toBeUndefined()
    expect(await a.release(first)).toBe(false)
    expect(await b.holder(key)).toMatchObject({ owner: 'b', epoch: 2 })
  })

  it('lets a late holder renew while nobody took over, and never reuses an epoch', async () => {
    const [one, , clock] = await pair()
    const leases = new LeaseTable(one)
    const key = { repoId: 'r', target: 't' }
    const first = await leases.acquire(key, 'a', 1000)
    if (first === undefined) throw new TypeError('not given')
    clock.advance(5000)
    const renewed = await leases.renew(first, 1000)
    expect(renewed).toMatchObject({ epoch: 1, expiresAt: clock.now() + 1000 })
    expect(await one.transaction((trx) => leases.check(trx, first))).toMatchObject({ held: true })
    expect(await leases.release(first)).toBe(true)
    expect(await leases.acquire(key, 'a', 1000)).toMatchObject({ epoch: 2 })
  })

  leaseCases({ it, expect }, harness)

  it('keeps verdicts by digest, and no verdict of a broken check', async () => {
    const [one, two, clock] = await pair()
    const report: CheckReport = {
      check: 'vitest',
      kind: 'tests',
      outcome: 'passed',
      summary: 'ok',
      findings: [],
      output: '\0',
      changedPaths: [],
      durationMs: 3,
      cached: false,
    }
    expect(await new VerdictCache(one).put('d1', report)).toBe(true)
    expect(await new VerdictCache(two).put('d1', { ...report, outcome: 'failed' })).toBe(false)
    expect(await new VerdictCache(two).get('d1')).toEqual({ ...report, cached: true })
    expect(await new VerdictCache(one).put('d2', { ...report, outcome: 'broken' })).toBe(false)
    expect(await new VerdictCache(one).get('d2')).toBeUndefined()
    clock.advance(10_000_000)
    await new VerdictCache(one).get('d1')
    expect(await new VerdictCache(one).prune(clock.now())).toBe(0)
    expect(await new VerdictCache(one).prune(clock.now() + 1)).toBe(1)
  })
}
