import { randomUUID } from 'node:crypto'
import type { Patch, PatchInput, TargetLease, VerdictInput } from '@patchlane/kernel'
import { ManualClock, patchFixture } from '@patchlane/kernel/testing'
import type { PatchQueue } from '../patch-queue.ts'
import type { QueueHarness } from './queue-harness.ts'

export const target = { repoId: 'repo', target: 'refs/heads/main' }

/** Two handles on one store, and its clock. */
export async function openPair(
  harness: QueueHarness,
): Promise<{ one: PatchQueue; two: PatchQueue; clock: ManualClock }> {
  const namespace = randomUUID()
  const clock = new ManualClock()
  const [one, two] = [await harness.open(namespace, clock), await harness.open(namespace, clock)]
  return { one, two, clock }
}

export async function takeLease(queue: PatchQueue, owner = 'gateway'): Promise<TargetLease> {
  const lease = await queue.lease({ ...target, owner, ttlMs: 10_000 })
  if (lease === undefined) throw new TypeError('The lease was not given.')
  return lease
}

export async function propose(queue: PatchQueue, overrides: Partial<PatchInput> = {}): Promise<Patch> {
  const patch = patchFixture(overrides)
  await queue.propose(patch)
  return patch
}

export async function claimTitles(queue: PatchQueue, lease: TargetLease, window = 20): Promise<string[]> {
  return (await queue.claim(lease, window)).map((entry) => entry.patch.title)
}

/** Takes a patch the whole way. */
export async function land(queue: PatchQueue, lease: TargetLease, patchId: string): Promise<void> {
  await queue.move(lease, patchId, 'staged')
  await queue.move(lease, patchId, 'checking')
  await queue.settle(lease, patchId, landed)
}

export const landed = {
  status: 'landed',
  code: 'LANDED',
  message: 'It landed.',
  landedCommit: 'c'.repeat(40),
} satisfies VerdictInput

export const failed = { status: 'rejected', code: 'CHECK_FAILED', message: 'A test failed.' } satisfies VerdictInput

export const asked = {
  status: 'awaiting_approval',
  code: 'APPROVAL_WANTED',
  message: 'It changes CI.',
} satisfies VerdictInput
