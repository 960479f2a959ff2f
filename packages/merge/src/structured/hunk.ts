import type { Language } from '@patchlane/syntax'

/** What a rule may look at besides the conflict itself. */
export interface HunkContext {
  readonly path: string
  readonly kind: FileKind
  readonly unions: Unions
  /** Merged lines before and after the conflict, nearest last and first. */
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/**
 * What to do when both sides added entries at one place: `ordered` takes both only where the list around is sorted and so says
 * which goes first; `any` also where the order is free, ours first.
 */
export type Unions = 'ordered' | 'any'

/** What a file is for, as far as rules differ by it. */
export type FileKind = 'code' | 'data' | 'changelog' | 'prose' | 'list' | 'lock'

/** Lines on which both sides agree to differ from the base, and the rules that led there. */
export interface Resolution {
  readonly lines: readonly string[]
  readonly rules: readonly string[]
}

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
