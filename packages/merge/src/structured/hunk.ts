import type { Language } from '@patchlane/syntax'

/** The three versions of a file as text. */
export interface Versions {
  readonly path: string
  readonly base: string
  readonly ours: string
  readonly theirs: string
}

/** A conflict of a line merge: the same place in the three versions, as lines with their ends. */
export interface Hunk {
  readonly ours: readonly string[]
  readonly base: readonly string[]
  readonly theirs: readonly string[]
}

/** What a rule may look at besides the conflict itself. */
export interface HunkContext {
  readonly path: string
  readonly kind: FileKind
  /** Merged lines before and after the conflict, nearest last and first. */
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** A way to settle a conflict, and what led there. */
export interface Proposal {
  readonly text: string
  readonly rules: ReadonlySet<Rule>
}

/** The ideas a proposal may rest on; what a merge reports, and what the gate weighs. */
export const rules = [
  /** Changes of different lines, as close as they may be. */
  'lines',
  /** Changes of different words. */
  'words',
  /** Words compared without regard to lines, where they had been broken anew. */
  'flow',
  /** One side changed white space only, the other the content. */
  'form',
  /** One side made the other's change, and more. */
  'contained',
  /** Both raised a version number: the higher one. */
  'version',
  /** Both added lines at one place, some of them the same. */
  'shared',
  /** Both added lines at one place: one block after the other. */
  'union',
  /** Both added entries at one place: set into one another by their names. */
  'entries',
  /** One added entries, the other entries and further sections: the entries go together. */
  'section',
  /** Both added words at one place: one after the other. */
  'word-union',
  /** Both added entries to a sorted list. */
  'sorted',
  /** Merged on the syntax trees: changes of different nodes. */
  'tree',
  /** On the syntax trees, both added members where their order is free. */
  'members',
  /** One side moved a block, the other edited it. */
  'move',
  /** One side's version: it holds all that the other added, and nothing that the other took out. */
  'side',
] as const
export type Rule = (typeof rules)[number]

/** What a file is for, as far as rules differ by it. */
export type FileKind = 'code' | 'data' | 'changelog' | 'prose' | 'list' | 'lock'

/** Why a conflict is left to people. */
export interface Refusal {
  readonly refused: string
}

export function isRefusal(result: object): result is Refusal {
  return 'refused' in result
}

/** The kind of a file by its name. */
export function fileKind(path: string, language: Language | undefined): FileKind {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  if (/^(?:changelog|changes|history|news|release[-_]?notes)\b/.test(name) || /(?:^|\/)changelogs?\//i.test(path))
    return 'changelog'
  if (/(?:^|[-.])lock(?:\.|$)|^npm-shrinkwrap\.json$|lock\.(?:json|ya?ml)$|\.snap$/.test(name)) return 'lock'
  if (/^(?:authors|contributors|codeowners|\.?\w*ignore|requirements.*\.txt|\.mailmap)(?:\.|$)/.test(name))
    return 'list'
  if (language === 'json' || language === 'yaml' || language === 'toml') return 'data'
  if (language !== undefined) return 'code'
  return 'prose'
}

/**
 * A conflict without what both sides begin or end with: a change they share needs no decision. The base loses the same lines
 * where it has them.
 */
export function trimHunk({ ours, base, theirs }: Hunk): {
  head: readonly string[]
  hunk: Hunk
  tail: readonly string[]
} {
  const shorter = Math.min(ours.length, theirs.length)
  let head = 0
  while (head < shorter && ours[head] === theirs[head]) head++
  let tail = 0
  while (tail < shorter - head && ours.at(-1 - tail) === theirs.at(-1 - tail)) tail++
  let [baseHead, baseTail] = [0, 0]
  while (baseHead < Math.min(head, base.length) && base[baseHead] === ours[baseHead]) baseHead++
  while (baseTail < Math.min(tail, base.length - baseHead) && base.at(-1 - baseTail) === ours.at(-1 - baseTail))
    baseTail++
  return {
    head: ours.slice(0, head),
    hunk: {
      ours: ours.slice(head, ours.length - tail),
      base: base.slice(baseHead, base.length - baseTail),
      theirs: theirs.slice(head, theirs.length - tail),
    },
    tail: ours.slice(ours.length - tail),
  }
}
