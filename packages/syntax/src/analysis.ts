import type { Language } from './language.ts'

export const definitionKinds = [
  'function',
  'method',
  'class',
  'interface',
  'type',
  'enum',
  'variable',
  'field',
  'module',
  'macro',
  'implementation',
  'declaration',
] as const
export type DefinitionKind = (typeof definitionKinds)[number]

/** Something a source gives a name to. Ranges are in UTF-16 code units, lines count from 1. */
export interface Definition {
  readonly name: string
  readonly kind: DefinitionKind
  readonly start: number
  readonly end: number
  readonly startLine: number
  readonly endLine: number
  /** Where the name itself stands. */
  readonly nameStart: number
  /** The definition it stands in, by position in the list; -1 at the top. */
  readonly container: number
}

/** What one import statement asks for. */
export interface ImportReference {
  /** As written, without quotes: `./a`, `..pkg.mod`, `github.com/x/y`, `crate::a::b`. */
  readonly specifier: string
  /** Names taken from it, where the language lists them and they may be modules of their own (Python). */
  readonly names: readonly string[]
  /** How the statement looks for it, where one language has several ways. */
  readonly form: 'module' | 'require' | 'include' | 'system-include' | 'child-module'
  readonly line: number
}

export interface TextRange {
  readonly start: number
  readonly end: number
}

/** What the syntax tree says about one source. All lists are in the order of the source. */
export interface SourceAnalysis {
  readonly language: Language
  readonly definitions: readonly Definition[]
  readonly imports: readonly ImportReference[]
  /** Comments and documentation strings. */
  readonly comments: readonly TextRange[]
  /** The package or namespace a source declares, where the language has that. */
  readonly packageName: string | null
  readonly hasError: boolean
}
