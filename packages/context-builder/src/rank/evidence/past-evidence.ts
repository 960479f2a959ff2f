import { type History, MAX_COMMITS } from '../../history/history.ts'
import { PastChanges } from '../past-changes.ts'
import { MAX_FILES, weightOfAge } from './age.ts'
import type { Candidates } from './candidates.ts'
import { kindOfTitle, kindsOfPast } from './kind-of-change.ts'

export const pastNames = [
  'timesChanged',
  'lastChange',
  'massOfFifteen',
  'massOfFifty',
  'massOfAll',
  'bestVote',
  'bestVoteShare',
  'votesOfTen',
  'kindShare',
  'kindLift',
] as const

/** Of the commits most like the task, those that are counted one by one. */
const NEAREST = 10

/** How often and how lately a file was changed, and the one commit most like the task that changed it. */
export function pastEvidence({
  view,
  query,
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
    ...kindEvidence(of, { changes, history, kind: kindOfTitle(query.title), files: view.files.length }),
  }
}

/** So many commits of the kind are taken to have changed files as all others did, before the first is looked at. */
const PRIOR = 5
/** What no commit changed is a little likely all the same. */
const NEVER = 0.01

interface PastOfKind {
  changes: PastChanges | undefined
  history: History | undefined
  kind: number
  /** Of the view. */
  files: number
}

/** How often changes of this kind changed a file, and by how much more than changes of any kind: new features are made known in other files than mends. */
function kindEvidence(
  of: (read: (position: number) => number) => Float64Array,
  { changes, history, kind, files: count }: PastOfKind,
): Record<'kindShare' | 'kindLift', Float64Array> {
  const [any, same] = [new Float64Array(count), new Float64Array(count)]
  let [commits, ofKind] = [0, 0]
  const kinds = history === undefined ? undefined : kindsOfPast(history)
  for (const [at, files] of changes?.files.entries() ?? []) {
    if (files.length === 0 || files.length > MAX_FILES) continue
    const weight = weightOfAge(at)
    const isSame = kinds?.[at] === kind
    commits += weight
    if (isSame) ofKind += weight
    for (const file of files) {
      any[file] = (any[file] ?? 0) + weight
      if (isSame) same[file] = (same[file] ?? 0) + weight
    }
  }
  const share = (position: number) => (any[position] ?? 0) / Math.max(1, commits)
  const expected = (position: number, times: number) => times + PRIOR * share(position) + NEVER
  return {
    kindShare: of((position) => (same[position] ?? 0) / Math.max(PRIOR, ofKind)),
    kindLift: of((position) =>
      Math.log(expected(position, same[position] ?? 0) / expected(position, ofKind * share(position))),
    ),
  }
}
