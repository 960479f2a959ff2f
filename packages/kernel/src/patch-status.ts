import { IllegalTransitionError } from './errors.ts'

export const patchStatuses = [
  'queued',
  'staged',
  'checking',
  'awaiting_approval',
  'landed',
  'conflicted',
  'rejected',
  'stale',
  'broken',
  'superseded',
  'withdrawn',
] as const
export type PatchStatus = (typeof patchStatuses)[number]

/**
 * Every allowed move of a patch. Back to `queued` leads re-staging (the head moved, one ahead failed, a gateway died) and the
 * return from the side track; a status without moves is settled for good.
 */
export const patchTransitions = {
  queued: ['staged', 'conflicted', 'rejected', 'stale', 'broken', 'superseded', 'withdrawn', 'awaiting_approval'],
  staged: ['checking', 'queued', 'conflicted', 'rejected', 'stale', 'broken', 'superseded', 'withdrawn'],
  checking: [
    'landed',
    'awaiting_approval',
    'queued',
    'conflicted',
    'rejected',
    'stale',
    'broken',
    'superseded',
    'withdrawn',
  ],
  awaiting_approval: ['queued', 'rejected', 'stale', 'superseded', 'withdrawn'],
  landed: [],
  conflicted: [],
  rejected: [],
  stale: [],
  broken: [],
  superseded: [],
  withdrawn: [],
} as const satisfies Record<PatchStatus, readonly PatchStatus[]>

export type SettledStatus = 'landed' | 'conflicted' | 'rejected' | 'stale' | 'broken' | 'superseded' | 'withdrawn'

export function canMove(from: PatchStatus, to: PatchStatus): boolean {
  const allowed: readonly PatchStatus[] = patchTransitions[from]
  return allowed.includes(to)
}

/** @throws {IllegalTransitionError} */
export function assertMove(subject: string, from: PatchStatus, to: PatchStatus): void {
  if (!canMove(from, to)) throw new IllegalTransitionError(subject, from, to)
}

export function isSettled(status: PatchStatus): status is SettledStatus {
  return patchTransitions[status].length === 0
}
