import type { ReadSet, Stamp } from '@patchlane/kernel'
import { StaleStampError } from './errors.ts'
import type { Freshness, IndexVersionChecker } from './index-version-checker.ts'
import type { IndexVersions } from './index-versions.ts'

/** The least a request must carry to be checked. */
export interface StampedRequest {
  stamp: Stamp
  readSet?: ReadSet | undefined
}

export interface VersionCheckOptions {
  checker: IndexVersionChecker
  /** Makes the version of the head when the action is `auto_reindex`. */
  versions: Pick<IndexVersions, 'stamp'>
}

/**
 * Wraps a handler of stamped requests, of any framework: a stale request is refused, or gets a fresh stamp, before the handler runs.
 *
 * @throws {StaleStampError} instead of calling the handler, where the policy refuses.
 */
export function versionCheck<Request extends StampedRequest, Reply>(
  options: VersionCheckOptions,
  handler: (request: Request, freshness: Freshness) => Promise<Reply>,
): (request: Request) => Promise<Reply> {
  return async (request) => {
    const freshness = await options.checker.check(request)
    if (freshness.decision === 'refuse')
      throw new StaleStampError(request.stamp, freshness.reason, freshness.movedPaths)
    if (freshness.decision === 'proceed') return handler(request, freshness)
    const stamp = await options.versions.stamp({ repoId: request.stamp.repoId, commit: freshness.head })
    return handler({ ...request, stamp }, freshness)
  }
}
