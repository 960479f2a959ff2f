import { alignTokens, tokenize } from './align.ts'
import { crossingProblem } from './crossing.ts'
import { type Chunk, diff3, weave } from './diff3.ts'
import type { FileFacts } from './facts.ts'
import type { Hunk, HunkContext, Proposal } from './hunk.ts'
import { Counts, likeness, tokensOf, wordsOf } from './text.ts'
import { unionFeatures } from './union-features.ts'

/** What the gate weighs: each between 0 and about 1, absent where 0. */
export type Features = Record<string, number>

type SetFeature = (name: string, value: number | boolean) => void

/** Describes a proposal and the conflict it would settle. Exchanging the sides changes nothing, but for blocks in a row. */
export function featuresOf(
  hunk: Hunk,
  context: HunkContext,
  proposal: Proposal,
  proposals: number,
  file: FileFacts,
): Features {
  const features: Features = {}
  const set: SetFeature = (name, value) => {
    if (value !== 0 && value !== false) features[name] = Number(value)
  }
  const kind = proposalKind(proposal)
  describeFile(context, kind, file, set)
  for (const rule of proposal.rules) set(`rule:${rule}`, 1)
  set(`${kind}&tree`, proposal.rules.has('tree'))
  set('proposals', Math.log2(proposals) / 4)
  describeSizes(hunk, kind, set)
  describeWords(hunk, kind, set)
  describeCloseness(hunk, set)
  if (proposal.rules.has('union')) unionFeatures(hunk, context, proposal, set)
  return features
}

/** Which file it is, and what happened to the whole of it. */
function describeFile(context: HunkContext, kind: string, file: FileFacts, set: SetFeature): void {
  const language = /\.(?:[cm]?[jt]sx?)$/.test(context.path) ? 'js' : /\.pyi?$/.test(context.path) ? 'py' : context.kind
  set(`kind:${kind}`, 1)
  set(`file:${language}`, 1)
  set(`${kind}&file:${language}`, 1)
  set('file:manifest', /(?:^|\/)(?:package\.json|lerna\.json|pyproject\.toml|setup\.(?:py|cfg))$/.test(context.path))
  set('conflicts', Math.log2(file.conflicts) / 3)
  set('changed less', Math.sqrt(file.changed[0]))
  set('changed more', Math.sqrt(file.changed[1]))
  set('moved', file.moved)
}

/** How many lines the versions have in the conflict. */
function describeSizes(hunk: Hunk, kind: string, set: SetFeature): void {
  const scaled = (count: number) => Math.log2(1 + count) / 6
  const sides = [hunk.ours.length, hunk.theirs.length]
  set('short side', scaled(Math.min(...sides)))
  set('long side', scaled(Math.max(...sides)))
  set(`${kind}&short side`, scaled(Math.min(...sides)))
  set(`${kind}&long side`, scaled(Math.max(...sides)))
  set('base lines', scaled(hunk.base.length))
  set('no base', hunk.base.length === 0)
  set('a side empty', Math.min(...sides) === 0)
}

/** Which words the sides added and removed, each and both. */
function describeWords(hunk: Hunk, kind: string, set: SetFeature): void {
  const [ours, base, theirs] = [hunk.ours.join(''), hunk.base.join(''), hunk.theirs.join('')]
  const [mine, old, yours] = [new Counts(wordsOf(ours)), new Counts(wordsOf(base)), new Counts(wordsOf(theirs))]
  const added = { ours: 0, theirs: 0, both: 0 }
  const removed = { ours: 0, theirs: 0, both: 0 }
  let revived = 0
  for (const word of new Set([...mine.keys(), ...old.keys(), ...yours.keys()])) {
    const [left, right] = [mine.of(word) - old.of(word), yours.of(word) - old.of(word)]
    added.ours += Math.max(left, 0)
    added.theirs += Math.max(right, 0)
    removed.ours += Math.max(-left, 0)
    removed.theirs += Math.max(-right, 0)
    if (left > 0 && right > 0) added.both += Math.min(left, right)
    if (left < 0 && right < 0) removed.both += Math.min(-left, -right)
    if (left * right < 0) revived++
  }
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
  set('both added', scaled(added.both))
  set('both removed', scaled(removed.both))
  set('revived', scaled(revived))
  set('crossing', crossingProblem({ ours, base, theirs }, marksOf) !== undefined)
  set(`${kind}&both added`, scaled(added.both))
  set('like', likeness(ours, theirs))
  set(`${kind}&like`, likeness(ours, theirs))
}

/** How the changes of the two sides lie to each other. */
function describeCloseness(hunk: Hunk, set: SetFeature): void {
  const chunks = diff3(hunk.base, hunk.ours, hunk.theirs)
  if (chunks !== undefined) for (const name of touchesIn(chunks)) set(`touch:${name}`, 1)
  const [base, ours, theirs] = [tokenize(hunk.base), tokenize(hunk.ours), tokenize(hunk.theirs)]
  const [left, right] = [alignTokens(base, ours), alignTokens(base, theirs)]
  if (left === undefined || right === undefined) return
  const woven = weave({ base: base.tokens, ours: ours.tokens, theirs: theirs.tokens }, left, right)
  const { nearest, alternations } = spacing(woven)
  const sameWords = woven.some((chunk) => chunk.kind === 'conflict')
  set('adjacent', nearest === 0)
  set('near', nearest === 1)
  set('same words', sameWords)
  set('alternations', Math.log2(1 + alternations) / 4)
}

/** The idea that decides what else matters. */
export function proposalKind({ rules }: Proposal): string {
  for (const rule of ['form', 'union', 'shared', 'sorted', 'word-union', 'contained', 'version'] as const)
    if (rules.has(rule)) return rule
  if (rules.has('lines')) return rules.has('words') || rules.has('flow') ? 'agreed' : 'lines'
  return rules.has('words') ? 'words' : 'flow'
}

function touchesIn(chunks: readonly Chunk<string>[]): Set<string> {
  const found = new Set<string>()
  for (const [index, chunk] of chunks.entries()) {
    const previous = chunks[index - 1]
    if (previous === undefined || previous.kind === 'same' || chunk.kind === 'same' || previous.kind === chunk.kind)
      continue
    if (chunk.kind === 'conflict' || previous.kind === 'conflict') found.add('conflict')
    else found.add([shapeOf(previous), shapeOf(chunk)].sort().join('-'))
  }
  return found
}

function shapeOf(chunk: Chunk<string>): string {
  const after = chunk.kind === 'theirs' ? chunk.theirs : chunk.ours
  if (chunk.base.length === 0) return 'insert'
  if (after.length === 0) return 'delete'
  return after.length === chunk.base.length && likeness(chunk.base.join(''), after.join('')) >= 0.5 ? 'edit' : 'rewrite'
}

/** How near changes of the two sides come to each other, in words, and how often they take turns. */
function spacing(chunks: readonly Chunk<string>[]): { nearest: number; alternations: number } {
  let nearest = Number.POSITIVE_INFINITY
  let alternations = 0
  let last: string | undefined
  let distance = 0
  for (const chunk of chunks) {
    if (chunk.kind === 'same') {
      distance += wordsOf(chunk.base.join('')).length
      continue
    }
    if (last !== undefined && chunk.kind !== last) {
      nearest = Math.min(nearest, distance)
      alternations++
    }
    last = chunk.kind
    distance = 0
  }
  return { nearest, alternations }
}

/** Words, versions and quotes: what a systematic change replaces throughout. */
function marksOf(text: string): string[] {
  return tokensOf(text).filter((token) => /^[\p{L}\p{N}_$'"`;]/u.test(token))
}
