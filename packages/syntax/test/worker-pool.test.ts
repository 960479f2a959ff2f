import { afterEach, expect, it } from 'vitest'
import { WorkerPool } from '../src/index.ts'

const pools: WorkerPool[] = []
const open = (size: number) => {
  const pool = new WorkerPool({ module: new URL('./fixtures/echo-worker.ts', import.meta.url), size })
  pools.push(pool)
  return pool
}
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
})

it('answers each task with its own answer', async () => {
  const pool = open(2)
  const names = ['a.py', 'b.ts', 'c.go', 'd.unknown', 'e.rs']
  expect(await Promise.all(names.map((name) => pool.run(name)))).toEqual(['python', 'typescript', 'go', null, 'rust'])
})

it('fails only the task that failed, or whose thread died', async () => {
  const pool = open(1)
  const results = await Promise.allSettled(['a.py', 'fail', 'die', 'b.ts'].map((message) => pool.run(message)))
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
  await expect(pool.run('fail')).rejects.toMatchObject({ code: 'SYNTAX_WORKER_FAILED' })
})

it('fails what is left when it closes', async () => {
  const pool = open(1)
  const task = pool.run('a.py')
  const settled = expect(task).rejects.toMatchObject({ code: 'SYNTAX_WORKER_FAILED' })
  await pool.close()
  await settled
  await expect(pool.run('a.py')).rejects.toMatchObject({ code: 'SYNTAX_WORKER_FAILED' })
})

it('asks each idle thread once', async () => {
  const pool = open(2)
  expect(await pool.runOnIdle('a.py')).toEqual([])
  await Promise.all(['a.py', 'b.ts'].map((name) => pool.run(name)))
  expect(await pool.runOnIdle('c.go')).toEqual(['go', 'go'])
  expect(await pool.run('b.ts')).toBe('typescript')
})
