import type { ErrorKind, PatchStatus } from '@patchlane/kernel'

/** What the process says of itself when it ends. Documented in docs/reference/cli.md; a script may branch on them. */
export const exitCodes = { done: 0, failed: 1, usage: 2, conflict: 3, approval: 4, stale: 5, interrupted: 130 } as const
export type ExitCode = number

const byKind = {
  usage: exitCodes.usage,
  conflict: exitCodes.conflict,
  approval: exitCodes.approval,
  stale: exitCodes.stale,
  environment: exitCodes.failed,
  failed: exitCodes.failed,
} as const satisfies Record<ErrorKind, ExitCode>

const byStatus = {
  queued: exitCodes.done,
  staged: exitCodes.done,
  checking: exitCodes.done,
  landed: exitCodes.done,
  awaiting_approval: exitCodes.approval,
  conflicted: exitCodes.conflict,
  stale: exitCodes.stale,
  rejected: exitCodes.failed,
  broken: exitCodes.failed,
  superseded: exitCodes.failed,
  withdrawn: exitCodes.failed,
  failed: exitCodes.failed,
} as const satisfies Record<PatchStatus | 'failed', ExitCode>

/** From what needs most attention to what needs least: one number speaks for many patches. */
const gravity: readonly ExitCode[] = [exitCodes.failed, exitCodes.conflict, exitCodes.stale, exitCodes.approval]

export function exitCodeOfKind(kind: ErrorKind): ExitCode {
  return byKind[kind]
}

/** The gravest of the codes that these statuses stand for; 0 when all is well or still under way. */
export function exitCodeOfStatuses(statuses: Iterable<PatchStatus | 'failed'>): ExitCode {
  const codes = new Set<ExitCode>([...statuses].map((status) => byStatus[status]))
  return gravity.find((code) => codes.has(code)) ?? exitCodes.done
}
