import type { FreshnessGate } from '@patchlane/apply-gateway'
import { type IndexMetrics, IndexVersionChecker, stalenessPolicySchema } from '@patchlane/index-version'
import type { PatchlaneConfig } from '../config-schema.ts'
import type { RepositoryContext } from './repository-context.ts'
import { GitRepositoryHistory } from './repository-history.ts'

/** Says whether a patch was made from something that has changed since, by the configured policy. */
export function freshnessGate(
  { git }: RepositoryContext,
  config: PatchlaneConfig,
  metrics: IndexMetrics,
): FreshnessGate {
  const { policy, action, maxCommits, maxSeconds } = config.staleness
  const parsed = stalenessPolicySchema.parse(policy === 'bounded' ? { policy, maxCommits, maxSeconds } : { policy })
  return {
    async check({ stamp, readSet, head }) {
      const history = new GitRepositoryHistory(git, async () => head)
      const checker = new IndexVersionChecker({ history, policy: parsed, action, metrics })
      const { decision, reason } = await checker.check({ stamp, readSet })
      // A patch cannot be re-indexed, only made again: at the gate, asking for a new index is a refusal.
      return { accepted: decision === 'proceed', reason }
    },
  }
}
