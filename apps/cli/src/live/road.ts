import { oneLine } from '../text/sanitize.ts'
import { shortCommit, shortId } from '../text/short-id.ts'
import type { RunRow, Stage } from './run-model.ts'

/** The stations of a patch's road, and how far each stage has come. */
export const stations = ['work', 'queued', 'staged', 'checking', 'landed'] as const

const reached = {
  waiting: 0,
  working: 1,
  queued: 2,
  staged: 3,
  checking: 4,
  awaiting_approval: 4,
  landed: 5,
  conflicted: 3,
  rejected: 4,
  stale: 2,
  broken: 4,
  superseded: 2,
  withdrawn: 2,
  failed: 1,
} as const satisfies Record<Stage, number>

/** The road as a track: `■■▸··` is a patch in the queue. */
export function track(stage: Stage): string {
  const at = reached[stage]
  if (stage === 'landed') return '■'.repeat(stations.length)
  if (at === 0) return '·'.repeat(stations.length)
  const head = isEnd(stage) ? '✗' : stage === 'awaiting_approval' ? '?' : '▸'
  return '■'.repeat(at - 1) + head + '·'.repeat(stations.length - at)
}

/** Whether nothing more happens to a patch in this stage. Its subtask may try again. */
export function isEnd(stage: Stage): boolean {
  return ['landed', 'conflicted', 'rejected', 'stale', 'broken', 'superseded', 'withdrawn', 'failed'].includes(stage)
}

/** What the row does, and what comes next: one phrase. */
export function nextOf(row: RunRow): string {
  const said = oneLine(row.activity)
  switch (row.stage) {
    case 'queued':
      return 'next: merge onto the head'
    case 'staged':
      return 'next: checks'
    case 'checking':
      return 'next: land'
    case 'awaiting_approval':
      return row.patchId === undefined ? 'waits for a person' : `next: patchlane approve ${shortId(row.patchId)}`
    case 'landed':
      return row.landedCommit === undefined ? '' : shortCommit(row.landedCommit)
    case 'working':
      return row.attempt > 1 ? `attempt ${row.attempt}${row.of === undefined ? '' : ` of ${row.of}`}: ${said}` : said
    default:
      return said
  }
}
