import { alignTokens, tokenize } from './align.ts'
import { crossingProblem } from './crossing.ts'
import { type Chunk, diff3, weave } from './diff3.ts'
import type { FileFacts } from './facts.ts'
import type { Hunk, HunkContext, Proposal } from './hunk.ts'
import { Counts, likeness, tokensOf, wordsOf } from './text.ts'
import { unionFeatures } from './union-features.ts'

/** What the gate weighs: each between 0 and about 1, absent where 0. */
export type Features = Record<string, number>

/** Describes a proposal and the conflict it would settle. Exchanging the sides changes nothing. */
export function featuresOf(
  hunk: Hunk,
  context: HunkContext,
  proposal: Proposal,
  proposals: number,
  file: FileFacts,
): Features {
  const features: Features = {}
  const set = (name: string, value: number | boolean) => {
    if (value !== 0 && value !== false) features[name] = Number(value)
  }
  const kind = proposalKind(proposal)
  const language = /\.(?:[cm]?[jt]sx?)$/.test(context.path) ? 'js' : /\.pyi?$/.test(context.path) ? 'py' : context.kind
  set(`kind:${kind}`, 1)
  set(`file:${language}`, 1)
  set(`${kind}&file:${language}`, 1)
  for (const rule of proposal.rules) set(`rule:${rule}`, 1)
  set(`${kind}&tree`, proposal.rules.has('tree'))
  set('file:manifest', /(?:^|\/)(?:package\.json|lerna\.json|pyproject\.toml|setup\.(?:py|cfg))$/.test(context.path))
  set('proposals', Math.log2(proposals) / 4)
  set('conflicts', Math.log2(file.conflicts) / 3)
  set('changed less', Math.sqrt(file.changed[0]))
  set('changed more', Math.sqrt(file.changed[1]))
  set('moved', file.moved)

  const sides = [hunk.ours, hunk.theirs].map((lines) => lines.length)
  set('short side', Math.log2(1 + Math.min(...sides)) / 6)
  set('long side', Math.log2(1 + Math.max(...sides)) / 6)
  set('base lines', Math.log2(1 + hunk.base.length) / 6)
  set('no base', hunk.base.length === 0)
  set('a side empty', Math.min(...sides) === 0)

  const [ours, base, theirs] = [hunk.ours.join(''), hunk.base.join(''), hunk.theirs.join('')]
  const [mine, old, yours] = [ours, base, theirs].map((text) => new Counts(wordsOf(text)))
  if (mine === undefined || old === undefined || yours === undefined) return features
  const counts = { bothAdded: 0, bothRemoved: 0, revived: 0 }
  const added = [0, 0]
  const removed = [0, 0]
  for (const word of new Set([...mine.keys(), ...old.keys(), ...yours.keys()])) {
    const [left, right] = [mine.of(word) - old.of(word), yours.of(word) - old.of(word)]
    added[0] = (added[0] ?? 0) + Math.max(left, 0)
    added[1] = (added[1] ?? 0) + Math.max(right, 0)
    removed[0] = (removed[0] ?? 0) + Math.max(-left, 0)
    removed[1] = (removed[1] ?? 0) + Math.max(-right, 0)
    if (left > 0 && right > 0) counts.bothAdded += Math.min(left, right)
    if (left < 0 && right < 0) counts.bothRemoved += Math.min(-left, -right)
    if (left * right < 0) counts.revived++
  }
  const scaled = (count: number) => Math.log2(1 + count) / 6
  set('added less', scaled(Math.min(...added)))
  set('added more', scaled(Math.max(...added)))
  set('removed less', scaled(Math.min(...removed)))
  set('removed more', scaled(Math.max(...removed)))
  set('nothing added by one', Math.min(...added) === 0)
  set('nothing removed', Math.max(...removed) === 0)
  set('nothing removed by one', Math.min(...removed) === 0)
  set('one only removes', (added[0] === 0 && (removed[0] ?? 0) > 0) || (added[1] === 0 && (removed[1] ?? 0) > 0))
  set('both added', scaled(counts.bothAdded))
  set('both removed', scaled(counts.bothRemoved))
  set('revived', scaled(counts.revived))
  set('crossing', crossingProblem({ ours, base, theirs }, marksOf) !== undefined)
  set(`${kind}&both added`, scaled(counts.bothAdded))
  set(`${kind}&short side`, Math.log2(1 + Math.min(...sides)) / 6)
  set(`${kind}&long side`, Math.log2(1 + Math.max(...sides)) / 6)
  set('like', likeness(ours, theirs))
  set(`${kind}&like`, likeness(ours, theirs))

  const chunks = diff3(hunk.base, hunk.ours, hunk.theirs)
  if (chunks !== undefined) for (const name of touchesIn(chunks)) set(`touch:${name}`, 1)
  const [b, o, t] = [tokenize(hunk.base), tokenize(hunk.ours), tokenize(hunk.theirs)]
  const [left, right] = [alignTokens(b, o), alignTokens(b, t)]
  if (left !== undefined && right !== undefined) {
    const woven = weave({ base: b.tokens, ours: o.tokens, theirs: t.tokens }, left, right)
    const { nearest, alternations } = spacing(woven)
    set('adjacent', nearest === 0)
    set('near', nearest === 1)
    set(
      'same words',
      woven.some((chunk) => chunk.kind === 'conflict'),
    )
    set('alternations', Math.log2(1 + alternations) / 4)
  }
  if (proposal.rules.has('union')) unionFeatures(hunk, context, proposal, set)
  return features
}

/** The idea that decides what else matters. */
export function proposalKind({ rules }: Proposal): string {
  for (const rule of ['form', 'union', 'shared', 'sorted', 'word-union', 'contained', 'version'] as const)
    if (rules.has(rule)) return rule
  return rules.has('lines')
    ? rules.has('words') || rules.has('flow')
      ? 'agreed'
      : 'lines'
    : rules.has('words')
      ? 'words'
      : 'flow'
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
