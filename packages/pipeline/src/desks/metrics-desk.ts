import type { IndexMetrics } from '@patchlane/index-version'
import { systemClock } from '@patchlane/kernel'
import type { RepositoryContext } from '../wiring/repository-context.ts'
import type { Stores } from '../wiring/stores.ts'

/** Counts and gauges in the text form that Prometheus reads: of the index by this process, of the queue by the store, which all processes share. */
export async function pipelineMetrics(parts: {
  context: RepositoryContext
  stores: Stores
  index: IndexMetrics
}): Promise<string> {
  const { context, stores, index } = parts
  const target = { repoId: context.repoId, target: context.target }
  const [state, tally] = await Promise.all([stores.queue.state(target), stores.queue.tally(target)])
  const held = state.lease !== null && state.lease.expiresAt > systemClock.now()
  const gauges = [
    ['patchlane_patches', [...tally].sort().map(([status, count]) => [`{status="${status}"}`, count])],
    ['patchlane_target_leased', [['', held ? 1 : 0]]],
    ['patchlane_target_paused', [['', state.mode === 'paused' ? 1 : 0]]],
  ] as const
  return gauges
    .flatMap(([name, values]) => [
      `# TYPE ${name} gauge`,
      ...values.map(([labels, value]) => `${name}${labels} ${value}`),
    ])
    .join('\n')
    .concat('\n', index.toPrometheus())
}
