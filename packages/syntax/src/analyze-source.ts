import { Query } from 'web-tree-sitter'
import {
  type Definition,
  type DefinitionKind,
  definitionKinds,
  type ImportReference,
  type SourceAnalysis,
  type TextRange,
} from './analysis.ts'
import { loadGrammar } from './grammar.ts'
import { readImport } from './imports.ts'
import type { Language } from './language.ts'
import { type ParseOptions, withTree } from './parse-tree.ts'
import { queries } from './queries/index.ts'

const compiled = new Map<Language, Query>()
const kinds: ReadonlyMap<string, DefinitionKind> = new Map(definitionKinds.map((kind) => [`definition.${kind}`, kind]))

/** Whether {@link analyzeSource} finds more than syntax errors in this language. */
export function canAnalyze(language: Language): boolean {
  return queries[language] !== undefined
}

/**
 * Finds definitions, imports and comments. A source with syntax errors is analysed as far as the parser recovers.
 *
 * @throws {SyntaxLimitError}
 * @throws {GrammarUnavailableError}
 */
export async function analyzeSource(
  language: Language,
  source: string,
  options: ParseOptions = {},
): Promise<SourceAnalysis> {
  const query = await queryOf(language)
  return withTree(language, source, options, (tree) => {
    const drafts: Omit<Definition, 'container'>[] = []
    const imports: ImportReference[] = []
    const comments: TextRange[] = []
    let packageName: string | null = null
    for (const { captures } of query?.matches(tree.rootNode) ?? []) {
      const [first, second] = captures
      if (first === undefined) continue
      const { name: capture, node } = first
      const kind = kinds.get(capture)
      if (kind !== undefined) {
        if (second === undefined) continue
        const named = second.node
        drafts.push({
          name: source.slice(named.startIndex, named.endIndex).slice(0, 200),
          kind,
          start: node.startIndex,
          end: node.endIndex,
          startLine: node.startPosition.row + 1,
          endLine: node.endPosition.row + 1,
          nameStart: named.startIndex,
        })
      } else if (capture === 'import') {
        const statement = source.slice(node.startIndex, node.endIndex)
        imports.push(...readImport(language, statement, node.startPosition.row + 1))
      } else if (capture === 'comment') comments.push({ start: node.startIndex, end: node.endIndex })
      else if (capture === 'package') packageName ??= source.slice(node.startIndex, node.endIndex)
    }
    return {
      language,
      definitions: nest(drafts),
      imports,
      comments: comments.sort((a, b) => a.start - b.start),
      packageName,
      hasError: tree.rootNode.hasError,
    }
  })
}

/** Loads what {@link analyzeSource} needs for a language, ahead of the first source. @throws {GrammarUnavailableError} */
export async function prepareAnalysis(language: Language): Promise<void> {
  await queryOf(language)
}

async function queryOf(language: Language): Promise<Query | undefined> {
  const known = compiled.get(language)
  if (known !== undefined) return known
  const text = queries[language]
  if (text === undefined) return undefined
  const grammar = await loadGrammar(language)
  const query = new Query(grammar, text)
  compiled.set(language, query)
  return query
}

/** Sorts by position, keeps one of several definitions of one name at one place, and finds what each stands in. */
function nest(drafts: Omit<Definition, 'container'>[]): Definition[] {
  drafts.sort((a, b) => a.start - b.start || b.end - a.end || a.nameStart - b.nameStart)
  const seen = new Map<number, number>()
  const definitions: Definition[] = []
  const open: number[] = []
  for (const draft of drafts) {
    const earlier = definitions[seen.get(draft.nameStart) ?? -1]
    if (earlier !== undefined) {
      // Two patterns met on one name (`const f = () => …`): what it is says more than that it is a variable.
      if (earlier.kind === 'variable') definitions[seen.get(draft.nameStart) ?? -1] = { ...earlier, kind: draft.kind }
      continue
    }
    seen.set(draft.nameStart, definitions.length)
    for (let top = open.at(-1); top !== undefined && (definitions[top]?.end ?? 0) <= draft.start; top = open.at(-1))
      open.pop()
    const container = open.at(-1) ?? -1
    const holder = definitions[container]?.kind
    const kind =
      draft.kind === 'function' && (holder === 'class' || holder === 'implementation' || holder === 'interface')
        ? 'method'
        : draft.kind
    open.push(definitions.length)
    definitions.push({ ...draft, kind, container })
  }
  return definitions
}
