import { expect, it, onTestFinished } from 'vitest'
import { newFileDiff, ThrowawayRepository } from './support/throwaway-repository.ts'

it('counts patches, the lease, indexes and how far behind a patch was made', async () => {
  const repository = await ThrowawayRepository.create({ 'a.txt': 'a\n' })
  onTestFinished(() => repository.dispose())
  const pipeline = await repository.open()
  const base = await repository.git('rev-parse', 'main')
  for (const name of ['b.txt', 'c.txt']) {
    await pipeline.propose({ text: newFileDiff(name, ['new']), base })
    await pipeline.gate.once()
  }
  const metrics = await pipeline.metrics()
  const value = (name: string) =>
    Number(
      metrics
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    )
  expect(value('patchlane_patches{status="landed"}')).toBe(2)
  expect(value('patchlane_target_leased')).toBe(0)
  expect(value('index_versions_ready_total')).toBeGreaterThan(0)
  // The second one was made one commit before what it landed on.
  expect(value('index_staleness_commits')).toBe(1)
  expect(value('index_refused_requests_total')).toBe(0)
})
