import { findReferences, languageOf } from '@patchlane/syntax'
import { ViewTexts } from './build/view-texts.ts'
import type { CodeView } from './code-view.ts'
import type { TreeReader } from './tree-reader.ts'
import { termsOf } from './words.ts'

export interface SymbolHit {
  name: string
  /** What is defined there, or `reference`. */
  kind: string
  path: string
  line: number
}

export interface SymbolOptions {
  /** @default 200 */
  limit?: number
}

/**
 * Where a name is defined. `Type.member` looks for a member of that type. Exact names go first, then those that differ in case or
 * separators (`read_config`, `readConfig`); implementation before tests; then by path.
 */
export function findSymbols(view: CodeView, name: string, options: SymbolOptions = {}): SymbolHit[] {
  const parts = name.split(/::|[.#]/).filter((part) => part !== '')
  const wanted = parts.at(-1) ?? ''
  const owner = parts.at(-2)
  const term = termsOf(wanted).at(-1)
  if (term === undefined) return []
  const found: { hit: SymbolHit; rank: number; position: number }[] = []
  view.eachPosting(term, (position, posting) => {
    if (posting.definition === 0) return
    const { definitions } = view.details(position)
    const { path, role } = view.file(position)
    for (const definition of definitions) {
      const own = definition.name.split(/::/).at(-1) ?? ''
      const exact = own === wanted
      if (!exact && termsOf(own).at(-1) !== term) continue
      if (owner !== undefined && definitions[definition.container]?.name !== owner) continue
      const rank = (exact ? 0 : 2) + (role === 'implementation' ? 0 : 1)
      found.push({
        hit: { name: definition.name, kind: definition.kind, path, line: definition.startLine },
        rank,
        position,
      })
    }
  })
  return found
    .sort((a, b) => a.rank - b.rank || a.position - b.position || a.hit.line - b.hit.line)
    .slice(0, options.limit ?? 200)
    .map(({ hit }) => hit)
}

/** Where a name is used, definitions included: by name alone, comments and strings left out. In the order of paths. */
export async function findSymbolReferences(
  view: CodeView,
  reader: TreeReader,
  name: string,
  options: SymbolOptions = {},
): Promise<SymbolHit[]> {
  const wanted = name.split(/::|[.#]/).at(-1) ?? ''
  const limit = options.limit ?? 200
  const term = termsOf(wanted).at(-1)
  if (term === undefined) return []
  const positions: number[] = []
  view.eachPosting(term, (position) => positions.push(position))
  positions.sort((a, b) => a - b)
  const texts = new ViewTexts(view, reader)
  const hits: SymbolHit[] = []
  for (let at = 0; at < positions.length && hits.length < limit; at += 100) {
    const batch = positions.slice(at, at + 100)
    await texts.load(batch)
    for (const position of batch) hits.push(...(await referencesIn(view, texts, position, wanted)))
  }
  return hits.slice(0, limit)
}

async function referencesIn(view: CodeView, texts: ViewTexts, position: number, name: string): Promise<SymbolHit[]> {
  const { path } = view.file(position)
  const language = languageOf(path)
  const text = texts.of(position)
  if (language === undefined || text === undefined || !text.includes(name)) return []
  const defined = new Map(
    view
      .details(position)
      .definitions.filter((d) => d.name === name)
      .map((d) => [d.startLine, d.kind]),
  )
  // A file that cannot be parsed has no references that can be told from words.
  const references = await findReferences(language, text, name).catch(() => [])
  return references.map(({ line }) => ({ name, kind: defined.get(line) ?? 'reference', path, line }))
}
