import type { SetFeature } from './feature-set.ts'
import type { Hunk, Proposal } from './hunk.ts'
import { Counts, wordsOf } from './text.ts'

/** What the sides did to the words of a conflict. */
export interface WordChanges {
  readonly ours: Counts
  readonly base: Counts
  readonly theirs: Counts
  readonly all: ReadonlySet<string>
  readonly added: Readonly<Record<'ours' | 'theirs' | 'both', number>>
  readonly removed: Readonly<Record<'ours' | 'theirs' | 'both', number>>
  /** Words that one side added and the other removed. */
  readonly revived: number
}

export function wordChanges(hunk: Hunk): WordChanges {
  const [ours, base, theirs] = [countsOf(hunk.ours), countsOf(hunk.base), countsOf(hunk.theirs)]
  const all = new Set([...ours.keys(), ...base.keys(), ...theirs.keys()])
  const added = { ours: 0, theirs: 0, both: 0 }
  const removed = { ours: 0, theirs: 0, both: 0 }
  let revived = 0
  for (const word of all) {
    const [left, right] = [ours.of(word) - base.of(word), theirs.of(word) - base.of(word)]
    added.ours += Math.max(left, 0)
    added.theirs += Math.max(right, 0)
    removed.ours += Math.max(-left, 0)
    removed.theirs += Math.max(-right, 0)
    if (left > 0 && right > 0) added.both += Math.min(left, right)
    if (left < 0 && right < 0) removed.both += Math.min(-left, -right)
    if (left * right < 0) revived++
  }
  return { ours, base, theirs, all, added, removed, revived }
}

function countsOf(lines: readonly string[]): Counts {
  return new Counts(wordsOf(lines.join('')))
}

/** What a proposal makes of the changes of both sides: whether it undoes some, doubles some, or writes lines that no side has. */
export function outcomeFeatures(
  hunk: Hunk,
  { text }: Proposal,
  words: WordChanges,
  kind: string,
  set: SetFeature,
): void {
  const now = new Counts(wordsOf(text))
  const undone = { ours: 0, theirs: 0 }
  let doubled = 0
  for (const word of words.all) {
    const [old, kept] = [words.base.of(word), now.of(word)]
    for (const side of ['ours', 'theirs'] as const)
      undone[side] += Math.max(0, Math.min(old, kept) - Math.max(words[side].of(word), 0))
    const most = Math.max(words.ours.of(word), words.theirs.of(word), old)
    doubled += Math.max(0, kept - most)
  }
  const scaled = (count: number) => Math.log2(1 + count) / 6
  const share = (side: 'ours' | 'theirs') => (words.removed[side] === 0 ? 0 : undone[side] / words.removed[side])
  const shares = [share('ours'), share('theirs')]
  set('undone', scaled(undone.ours + undone.theirs))
  set('undone share', Math.max(...shares))
  set('undoes nothing', undone.ours + undone.theirs === 0)
  set('doubled', scaled(doubled))
  const sides = [hunk.ours.join(''), hunk.theirs.join('')]
  const isSide = sides.includes(text)
  set('a side as it is', isSide)
  const loser = sides[0] === text ? 'theirs' : 'ours'
  const winner = loser === 'ours' ? 'theirs' : 'ours'
  if (isSide) {
    set('side: other removed', scaled(words.removed[loser]))
    set('side: other added', scaled(words.added[loser]))
    set('side: other only removed', words.added[loser] === 0)
    set('side: other removed nothing', words.removed[loser] === 0)
    set('side: removed', scaled(words.removed[winner]))
    set('side: added', scaled(words.added[winner]))
    set('side: only removed', words.added[winner] === 0)
    set('side: empty', text.trim() === '')
  }
  const known = new Set([...hunk.ours, ...hunk.base, ...hunk.theirs].map((line) => line.trim()))
  const fresh = text.split('\n').filter((line) => line.trim() !== '' && !known.has(line.trim())).length
  set('fresh lines', scaled(fresh))
  set('no fresh line', fresh === 0)
  set(`${kind}&fresh lines`, scaled(fresh))
  set(`${kind}&undone`, scaled(undone.ours + undone.theirs))
}
