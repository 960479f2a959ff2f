import { MAX_COMMITS } from '../../history/history.ts'
import { PastChanges } from '../past-changes.ts'
import type { Candidates } from './evidence.ts'

export const pastNames = [
  'timesChanged',
  'lastChange',
  'massOfFifteen',
  'massOfFifty',
  'massOfAll',
  'bestVote',
  'bestVoteShare',
] as const

/** How often and how lately a file was changed, and the one commit most like the task that changed it. */
export function pastEvidence({
  view,
  signals,
  history,
  positions,
}: Candidates): Record<(typeof pastNames)[number], Float64Array> {
  const of = (read: (position: number) => number) => Float64Array.from(positions, read)
  const changes = history === undefined ? undefined : PastChanges.of(view, history)
  const [fifteen, fifty, all] = [changes?.mass(15), changes?.mass(50), changes?.mass()]
  const likeness = new Map<number, number>()
  for (const { at, likeness: own } of signals.voters) {
    for (const position of changes?.files[at] ?? []) {
      likeness.set(position, Math.max(likeness.get(position) ?? 0, own))
    }
  }
  const most = signals.voters[0]?.likeness ?? 1
  return {
    timesChanged: of((position) => Math.log1p(changes?.times[position] ?? 0)),
    lastChange: of((position) =>
      Math.log1p((changes?.times[position] ?? 0) === 0 ? MAX_COMMITS : (changes?.newest[position] ?? 0)),
    ),
    massOfFifteen: of((position) => fifteen?.[position] ?? 0),
    massOfFifty: of((position) => fifty?.[position] ?? 0),
    massOfAll: of((position) => Math.log1p(all?.[position] ?? 0)),
    bestVote: of((position) => likeness.get(position) ?? 0),
    bestVoteShare: of((position) => (likeness.get(position) ?? 0) / most),
  }
}
