import { afterEach, beforeEach, expect, it } from 'vitest'
import { collect, planOf } from './support/run-plan.ts'
import { ThrowawayRepository } from './support/throwaway-repository.ts'

let repository: ThrowawayRepository
beforeEach(async () => {
  repository = await ThrowawayRepository.create({ 'a.txt': 'a\n' })
})
afterEach(() => repository.dispose())

it('keeps the events of a run, without what its agents print, for other processes and for later', async () => {
  const pipeline = await repository.open()
  const program = "console.log('printed'); require('node:fs').writeFileSync('b.txt', 'b')"
  const run = await pipeline.runs.start({ plan: planOf([{ id: 'one', command: [process.execPath, '-e', program] }]) })
  const told = await collect(run.events)
  await run.result
  const other = await repository.open()
  const kept = await collect(other.events({ stream: `run:${run.runId}` }))
  expect(kept.map(({ type }) => type)).toEqual(told.map(({ type }) => type).filter((type) => type !== 'agent.output'))
  expect(kept.map(({ seq }) => seq)).toEqual(kept.map((_, index) => index + 1))
  expect(kept.at(-1)).toMatchObject({ type: 'run.finished', subject: run.runId })
  expect(kept.find(({ type }) => type === 'patch.settled')).toMatchObject({
    subject: 'one',
    data: { agent: expect.any(String), status: 'landed' },
  })
  expect(JSON.stringify(kept)).not.toContain('printed')
})
