import type { ApplyGatewayOptions } from './gateway-options.ts'

/**
 * Lets patches that were parked because of the user's checkout try again: those whose files are no longer in the way. Trying is safe,
 * since landing looks again.
 */
export async function retryCheckout(options: ApplyGatewayOptions): Promise<void> {
  const { queue, target, repoId } = options
  const waiting = await queue.list({ repoId, target: target.name, status: 'awaiting_approval' })
  const parked = waiting.filter((queued) => queued.parkedFor === 'checkout')
  if (parked.length === 0) return
  const { directory } = await target.visible()
  const dirty =
    directory === null || !directory.startsWith('/')
      ? []
      : (await target.repository.status({ directory, ignored: true })).flatMap(({ path, from }) =>
          from === undefined ? [path] : [path, from],
        )
  for (const queued of parked) {
    const overlaps = queued.verdict?.overlaps ?? []
    const blocked = overlaps.some((path) => dirty.some((name) => touches(name, path)))
    if (!blocked)
      await queue.reenter(queued.patch.patchId, { approved: true, by: 'gateway', note: 'the checkout is free' })
  }
}

function touches(a: string, b: string): boolean {
  const [left, right] = [a.replace(/\/$/, ''), b.replace(/\/$/, '')]
  return left === right || left.startsWith(`${right}/`) || right.startsWith(`${left}/`)
}
