import { additionFeatures } from './addition-features.ts'
import { describeCloseness } from './closeness.ts'
import { crossingProblem } from './crossing.ts'
import { entryOf } from './entry-kind.ts'
import type { FileFacts } from './facts.ts'
import { type Features, type SetFeature, setterOf } from './feature-set.ts'
import type { Hunk, HunkContext, Proposal } from './hunk.ts'
import { outcomeFeatures, type WordChanges, wordChanges } from './outcome-features.ts'
import { IMPORT, surroundingFeatures } from './surrounding-features.ts'
import { likeness, tokensOf } from './text.ts'

/** Says of proposals for one conflict what the gate wants to know. */
export function describer(
  hunk: Hunk,
  context: HunkContext,
  file: FileFacts,
  proposals: readonly Proposal[],
): (proposal: Proposal) => Features {
  const words = wordChanges(hunk)
  const common: Features = {}
  const crossed: Features = {}
  const [set, cross] = [setterOf(common), setterOf(crossed)]
  describeFile(context, file, set, cross)
  describeSizes(hunk, set, cross)
  describeWords(hunk, words, set, cross)
  describeCloseness(hunk, set)
  describeSubject(hunk, context, set)
  set('proposals', Math.log2(proposals.length) / 4)
  for (const rule of [
    'form',
    'union',
    'shared',
    'sorted',
    'entries',
    'contained',
    'version',
    'lines',
    'words',
  ] as const)
    set(
      `offered:${rule}`,
      proposals.some(({ rules }) => rules.has(rule)),
    )
  return (proposal) => {
    const features = { ...common }
    const put = setterOf(features)
    const kind = proposalKind(proposal)
    put(`kind:${kind}`, 1)
    for (const [name, value] of Object.entries(crossed)) put(`${kind}&${name}`, value)
    for (const rule of proposal.rules) put(`rule:${rule}`, 1)
    put(`${kind}&tree`, proposal.rules.has('tree'))
    put('rules', proposal.rules.size / 8)
    outcomeFeatures(hunk, proposal, words, kind, put)
    surroundingFeatures(hunk, context, file, proposal, put)
    put('rivals in order', Math.log2(1 + rivalsOf(proposal, proposals)) / 4)
    additionFeatures(hunk, context, proposal, kind, put)
    return features
  }
}

/** Which file it is, and what happened to the whole of it. */
function describeFile(context: HunkContext, file: FileFacts, set: SetFeature, cross: SetFeature): void {
  const language = /\.(?:[cm]?[jt]sx?)$/.test(context.path) ? 'js' : /\.pyi?$/.test(context.path) ? 'py' : context.kind
  set(`file:${language}`, 1)
  cross(`file:${language}`, 1)
  set(`ext:${/\.(\w+)$/.exec(context.path)?.[1]?.toLowerCase() ?? 'none'}`, 1)
  set('file:manifest', /(?:^|\/)(?:package\.json|lerna\.json|pyproject\.toml|setup\.(?:py|cfg))$/.test(context.path))
  set('file:test', /(?:^|[/_.-])(?:tests?|spec|__tests__)(?:[/_.-]|$)/i.test(context.path))
  set('conflicts', Math.log2(file.conflicts) / 3)
  set('one conflict', file.conflicts === 1)
  set('changed less', Math.sqrt(file.changed[0]))
  set('changed more', Math.sqrt(file.changed[1]))
  set('moved', file.moved)
}

/** How many lines the versions have in the conflict. */
function describeSizes(hunk: Hunk, set: SetFeature, cross: SetFeature): void {
  const scaled = (count: number) => Math.log2(1 + count) / 6
  const sides = [hunk.ours.length, hunk.theirs.length]
  for (const put of [set, cross]) {
    put('short side', scaled(Math.min(...sides)))
    put('long side', scaled(Math.max(...sides)))
  }
  set('base lines', scaled(hunk.base.length))
  set('no base', hunk.base.length === 0)
  set('a side empty', Math.min(...sides) === 0)
}

/** What the lines in conflict are about. */
function describeSubject(hunk: Hunk, context: HunkContext, set: SetFeature): void {
  const [mine, yours] = [entryOf(hunk.ours), entryOf(hunk.theirs)]
  set(`entry:${mine === yours ? mine : 'mixed'}`, 1)
  const all = [...hunk.ours, ...hunk.base, ...hunk.theirs].map((line) => line.trim()).filter((line) => line !== '')
  const share = (of: RegExp) => (all.length === 0 ? 0 : all.filter((line) => of.test(line)).length / all.length)
  set('imports', share(IMPORT))
  set('comments', share(/^(?:\/\/|#|\/?\*|\*\/)/))
  set('version field', share(/^["']?(?:__)?version(?:__)?["']?\s*[:=]/i))
  set('version numbers', share(/\d+\.\d+/))
  const style = (lines: readonly string[]) => lines.join('').replace(/[\s'"`;,()]/g, '')
  const [ours, base, theirs] = [style(hunk.ours), style(hunk.base), style(hunk.theirs)]
  set('one only restyles', ours === base || theirs === base)
  set('only style differs', ours === theirs)
  set('at start', context.before.length === 0)
  set('at end', context.after.length === 0)
}

/** Other proposals with the same lines in another order, or other blank lines. */
function rivalsOf(proposal: Proposal, proposals: readonly Proposal[]): number {
  const lines = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .sort()
      .join('\n')
  const own = lines(proposal.text)
  return proposals.filter((other) => other.text !== proposal.text && lines(other.text) === own).length
}

/** Which words the sides added and removed, each and both. */
function describeWords(hunk: Hunk, { added, removed, revived }: WordChanges, set: SetFeature, cross: SetFeature): void {
  const [ours, base, theirs] = [hunk.ours.join(''), hunk.base.join(''), hunk.theirs.join('')]
  const scaled = (count: number) => Math.log2(1 + count) / 6
  const [lessAdded, moreAdded] = [Math.min(added.ours, added.theirs), Math.max(added.ours, added.theirs)]
  const [lessRemoved, moreRemoved] = [Math.min(removed.ours, removed.theirs), Math.max(removed.ours, removed.theirs)]
  const onlyRemoves = (side: 'ours' | 'theirs') => added[side] === 0 && removed[side] > 0
  set('added less', scaled(lessAdded))
  set('added more', scaled(moreAdded))
  set('removed less', scaled(lessRemoved))
  set('removed more', scaled(moreRemoved))
  set('nothing added by one', lessAdded === 0)
  set('nothing removed', moreRemoved === 0)
  set('nothing removed by one', lessRemoved === 0)
  set('one only removes', onlyRemoves('ours') || onlyRemoves('theirs'))
  set('both removed', scaled(removed.both))
  set('revived', scaled(revived))
  set('crossing', crossingProblem({ ours, base, theirs }, marksOf) !== undefined)
  const alike = likeness(ours, theirs)
  for (const put of [set, cross]) {
    put('both added', scaled(added.both))
    put('like', alike)
  }
  cross('one only removes', onlyRemoves('ours') || onlyRemoves('theirs'))
}

/** The idea that decides what else matters. */
export function proposalKind({ rules }: Proposal): string {
  for (const rule of [
    'form',
    'section',
    'entries',
    'union',
    'shared',
    'sorted',
    'word-union',
    'contained',
    'version',
  ] as const)
    if (rules.has(rule)) return rule
  if (rules.has('lines')) return rules.has('words') || rules.has('flow') ? 'agreed' : 'lines'
  return rules.has('words') ? 'words' : rules.has('flow') ? 'flow' : rules.has('tree') ? 'tree' : 'side'
}

/** Words, versions and quotes: what a systematic change replaces throughout. */
function marksOf(text: string): string[] {
  return tokensOf(text).filter((token) => /^[\p{L}\p{N}_$'"`;]/u.test(token))
}
