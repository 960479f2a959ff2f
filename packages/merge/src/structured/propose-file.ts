import { languageOf } from '@patchlane/syntax'
import { answersIn, type ConflictSegment, type Segment } from '../conflict-hunks.ts'
import { tokensKept } from '../guards/tokens-kept.ts'
import { orders } from './choice.ts'
import { crossingProblem, namesOf } from './crossing.ts'
import { type FileFacts, factsOf } from './facts.ts'
import { type Features, mirrored } from './feature-set.ts'
import { describer } from './features.ts'
import { fileKind, type HunkContext, type Proposal, type Refusal, type Rule, type Versions } from './hunk.ts'
import { hasRegularCommas, withoutComma } from './json-commas.ts'
import { followMoves } from './merge-moves.ts'
import { mergeTrees } from './merge-tree.ts'
import { proposalsFor, unique } from './propose.ts'
import { splitLines } from './text.ts'

/** More conflicts than this in one file are a sign that the sides disagree about more than lines. */
const MAX_CONFLICTS = 8
/** A conflict of more lines than this is not looked into. */
const MAX_LINES = 900
/** Lines around a conflict that a rule sees. */
const CONTEXT_LINES = 20

/** A stretch of the merge: settled, or a conflict with what could be put there. */
export type FilePart =
  | { readonly kind: 'merged'; readonly lines: readonly string[] }
  | { readonly kind: 'open'; readonly proposals: readonly DescribedProposal[] }

export interface DescribedProposal extends Proposal {
  readonly features: Features
  /** The same with the sides exchanged; different only where it matters which side's additions stand first. */
  readonly mirrored: Features
}

export interface FileProposals {
  readonly parts: readonly FilePart[]
  readonly moved: boolean
  /** Commas at line ends follow from the layout: the proposals lack them, and they are to be put back. */
  readonly regularCommas: boolean
}

/** All that the rules know to do about the conflicts of a file, with what the gate wants to know of each. */
export async function proposeForFile(versions: Versions, given: readonly Segment[]): Promise<FileProposals | Refusal> {
  if (versions.base === '') return { refused: 'both sides created the file' }
  const { segments, moved } = followMoves(given, versions.base)
  const conflicts = segments.filter((segment): segment is ConflictSegment => segment.kind === 'conflict')
  if (conflicts.length > MAX_CONFLICTS) return { refused: `${conflicts.length} conflicts in one file` }
  if (conflicts.some(({ ours, base, theirs }) => ours.length + base.length + theirs.length > MAX_LINES))
    return { refused: 'a conflict is too large' }
  const regularCommas =
    versions.path.endsWith('.json') && [versions.base, versions.ours, versions.theirs].every(hasRegularCommas)
  const plain = (lines: readonly string[]) => (regularCommas ? lines.map(withoutComma) : lines)
  const crossing = crossingProblem(versions, namesOf)
  if (crossing !== undefined) return { refused: crossing }
  const facts = factsOf(versions, segments)
  const kind = fileKind(versions.path, languageOf(versions.path))
  const byTree = moved ? [] : await treeProposals(versions, segments)
  const parts = segments.map((segment, index): FilePart => {
    if (segment.kind === 'merged') return segment
    const [previous, next] = [segments[index - 1], segments[index + 1]]
    const context: HunkContext = {
      path: versions.path,
      kind,
      before: plain(previous?.kind === 'merged' ? previous.lines.slice(-CONTEXT_LINES) : []),
      after: plain(next?.kind === 'merged' ? next.lines.slice(0, CONTEXT_LINES) : []),
    }
    const grown = (byTree[conflicts.indexOf(segment)] ?? []).map(({ text, rules }) => ({
      text: plain(splitLines(text)).join(''),
      rules,
    }))
    return { kind: 'open', proposals: described(mapHunk(segment, plain), grown, context, facts) }
  })
  return { parts, moved, regularCommas }
}

/** What a merge of the whole file by its trees has for each conflict, where it agrees with git on the rest. */
async function treeProposals(versions: Versions, segments: readonly Segment[]): Promise<Proposal[][]> {
  const merge = await mergeTrees(versions)
  const found: Proposal[][] = []
  for (const order of orders) {
    const merged = merge?.(order)
    if (merged === undefined) break
    for (const [index, text] of (answersIn(segments, merged.text) ?? []).entries()) {
      found[index] ??= []
      found[index].push({ text, rules: merged.rules })
    }
  }
  return found
}

function mapHunk(hunk: ConflictSegment, change: (lines: readonly string[]) => readonly string[]): ConflictSegment {
  return { kind: 'conflict', ours: change(hunk.ours), base: change(hunk.base), theirs: change(hunk.theirs) }
}

/** Proposals that keep what both sides added, described for the gate. */
function described(
  hunk: ConflictSegment,
  byTree: readonly Proposal[],
  context: HunkContext,
  facts: FileFacts,
): DescribedProposal[] {
  const texts = {
    path: context.path,
    base: hunk.base.join(''),
    ours: hunk.ours.join(''),
    theirs: hunk.theirs.join(''),
  }
  const byRule = proposalsFor(hunk, context)
  const isForm = byRule.some(({ rules }) => rules.size === 1 && rules.has('form'))
  const kept = unique(isForm ? byRule : [...byRule, ...byTree]).filter(
    ({ text, rules }) => tokensKept(texts, text, [...rules] satisfies Rule[]) === undefined,
  )
  const describe = describer(hunk, context, facts, kept)
  return kept.map((proposal) => {
    const features = describe(proposal)
    return { ...proposal, features, mirrored: mirrored(features) }
  })
}
