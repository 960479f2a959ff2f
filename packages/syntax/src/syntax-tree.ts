import type { Language } from './language.ts'

/**
 * One node of a parse tree as a plain value: it needs no release, may be kept, compared and sent to another thread.
 *
 * The children of a node do not cover it: white space lies between them. All other text of a source, punctuation and comments
 * included, is in some leaf.
 */
export interface SyntaxNode {
  /** The grammar's name for it: `function_declaration`, or the token itself: `(`. */
  readonly type: string
  /** False for tokens that the grammar spells literally. */
  readonly named: boolean
  /** The role in its parent that the grammar gives it: `name`, `body`. */
  readonly field: string | null
  /** Range in the source, in UTF-16 code units as `String.slice` counts them; `end` is exclusive. */
  readonly start: number
  readonly end: number
  /** Lines count from 1. */
  readonly startLine: number
  readonly endLine: number
  /** True for text that fits nowhere (`ERROR`) and for a token that is missing (its range is empty). */
  readonly isError: boolean
  readonly isMissing: boolean
  /** True when this node, or one below it, is an error or missing. */
  readonly hasError: boolean
  readonly children: readonly SyntaxNode[]
}

export interface SyntaxTree {
  readonly language: Language
  readonly source: string
  readonly root: SyntaxNode
  readonly hasError: boolean
}
