import { createPostgresBackend, Queue, Worker, withBackend } from 'bullmq'
import { Logger, makeWorkerUtils, run as runWorker } from 'graphile-worker'
import { PgBoss } from 'pg-boss'
import { z } from 'zod'
import { type Contestant, payload } from './contestant.ts'

const job = z.object({ id: z.string() })

/** Jobs of one queue run one after the other (`queueName`), as patches of a target do. */
export async function graphile(url: string): Promise<Contestant> {
  const utils = await makeWorkerUtils({ connectionString: url })
  await utils.migrate()
  const logger = new Logger(() => () => {})
  return {
    name: 'graphile-worker 0.18.0',
    submit: async (line, id) => {
      await utils.addJob(line, { id, ...payload }, { jobKey: id, queueName: line })
    },
    async work(started) {
      const taskList = { main: async (data: unknown) => started(job.parse(data).id) }
      const runner = await runWorker({ connectionString: url, concurrency: 1, taskList, logger, noHandleSignals: true })
      return () => runner.stop()
    },
    close: async () => {
      await utils.release()
    },
  }
}

export async function pgBoss(url: string): Promise<Contestant> {
  const boss = new PgBoss(url)
  boss.on('error', () => {})
  await boss.start()
  for (const line of ['main', 'rate']) await boss.createQueue(line)
  return {
    name: 'pg-boss 12.38.0',
    submit: async (line, id) => {
      await boss.send(line, { id, ...payload }, { id })
    },
    async work(started) {
      // Half a second is the shortest interval it takes.
      const worker = await boss.work('main', { pollingIntervalSeconds: 0.5, batchSize: 20 }, async (jobs) => {
        for (const { data } of jobs) started(job.parse(data).id)
      })
      return () => boss.offWork('main', { id: worker, wait: true })
    },
    close: () => boss.stop({ graceful: false }),
  }
}

export async function bullOnRedis(name: string, socket: string): Promise<Contestant> {
  const connection = { path: socket, maxRetriesPerRequest: null }
  const queues = { main: new Queue('main', { connection }), rate: new Queue('rate', { connection }) }
  return {
    name: `BullMQ 6.7.0, ${name}`,
    submit: async (line, id) => {
      await queues[line].add(line, { id, ...payload }, { jobId: id })
    },
    async work(started) {
      const worker = new Worker('main', async ({ data }) => started(job.parse(data).id), { connection, concurrency: 1 })
      await worker.waitUntilReady()
      return () => worker.close()
    },
    close: async () => {
      for (const queue of Object.values(queues)) await queue.close()
    },
  }
}

export async function bullOnPostgres(url: string): Promise<Contestant> {
  const backed = withBackend(createPostgresBackend)
  const connection = { connectionString: url, schema: 'bullmq', migrate: true }
  const queues = { main: new backed.Queue('main', { connection }), rate: new backed.Queue('rate', { connection }) }
  for (const queue of Object.values(queues)) await queue.waitUntilReady()
  return {
    name: 'BullMQ 6.7.0, Postgres',
    submit: async (line, id) => {
      await queues[line].add(line, { id, ...payload }, { jobId: id })
    },
    async work(started) {
      const worker = new backed.Worker('main', async ({ data }) => started(job.parse(data).id), {
        connection,
        concurrency: 1,
      })
      await worker.waitUntilReady()
      return () => worker.close()
    },
    close: async () => {
      for (const queue of Object.values(queues)) await queue.close()
    },
  }
}
