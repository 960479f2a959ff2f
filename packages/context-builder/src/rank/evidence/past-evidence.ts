import { MAX_COMMITS } from '../../history/history.ts'
import { PastChanges } from '../past-changes.ts'
import type { Candidates } from './candidates.ts'

export const pastNames = [
  'timesChanged',
  'lastChange',
  'massOfFifteen',
  'massOfFifty',
  'massOfAll',
  'bestVote',
  'bestVoteShare',
  'votesOfTen',
] as const

/** Of the commits most like the task, those that are counted one by one. */
const NEAREST = 10

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
  const votes = new Map<number, number>()
  const most = signals.voters[0]?.likeness ?? 1
  for (const [n, { at, likeness: own }] of signals.voters.entries()) {
    for (const position of changes?.files[at] ?? []) {
      likeness.set(position, Math.max(likeness.get(position) ?? 0, own))
      if (n < NEAREST) votes.set(position, (votes.get(position) ?? 0) + own / most)
    }
  }
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
    votesOfTen: of((position) => votes.get(position) ?? 0),
  }
}
