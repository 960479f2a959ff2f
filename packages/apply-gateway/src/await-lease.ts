import type { ApplyGatewayOptions } from './gateway-options.ts'

/** So long after the moment at which a lease runs out, as one clock says it to another, in milliseconds. */
const MARGIN_MS = 20

/**
 * How long to wait before asking for a target again: until the moment at which its writer's lease runs out, unless that one renews it. So a writer's
 * death is noticed as it takes effect, without asking again and again.
 */
export async function untilLeaseEnds({ queue, repoId, target }: ApplyGatewayOptions): Promise<number> {
  const left = await queue.leaseEndsIn({ repoId, target: target.name })
  return (left ?? 0) + MARGIN_MS
}
