import type { CodeView } from './code-view.ts'
import type { IndexedDefinition } from './document.ts'
import type { FileRole } from './role.ts'
import { ownerInSource, typeName } from './symbol-owner.ts'
import { textsInBatches } from './texts-in-batches.ts'
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

/** Hits where nothing else is asked for. */
export const DEFAULT_HITS = 200

/**
 * Where a name is defined. `Type.member` looks for a member of that type, as far as the index knows it; {@link findSymbolsInSource} knows more.
 * Exact names go first, then those that differ in case or separators (`read_config`, `readConfig`); implementation before tests, tests
 * before documents; then by path.
 */
export function findSymbols(view: CodeView, name: string, options: SymbolOptions = {}): SymbolHit[] {
  const { found } = definitionsOf(view, name)
  return bestOf(found, options)
}

/** As {@link findSymbols}, with members whose type only the source tells: Go's methods by their receivers, `Type.member = function`. */
export async function findSymbolsInSource(
  view: CodeView,
  reader: TreeReader,
  name: string,
  options: SymbolOptions = {},
): Promise<SymbolHit[]> {
  const { found, owner, apart } = definitionsOf(view, name)
  if (owner === undefined) return bestOf(found, options)
  const byFile = Map.groupBy(apart, ({ position }) => position)
  for await (const [position, text] of textsInBatches(view, reader, [...byFile.keys()])) {
    const { path } = view.file(position)
    const lines = text.split('\n')
    for (const candidate of byFile.get(position) ?? []) {
      if (ownerInSource(path, lines, candidate.definition) === owner) found.push(candidate)
    }
  }
  return bestOf(found, options)
}

/** Roles in the order of what is looked for first. */
export function placeOfRole(role: FileRole): number {
  return role === 'implementation' ? 0 : role === 'test' ? 1 : role === 'doc' ? 2 : 3
}

interface Candidate {
  definition: IndexedDefinition
  exact: boolean
  position: number
  hit: SymbolHit
  place: number
}

/** Definitions of a name, and apart from them those that stand in no type as far as the index knows, where a type is asked for. */
function definitionsOf(
  view: CodeView,
  name: string,
): { found: Candidate[]; apart: Candidate[]; owner: string | undefined } {
  const parts = name.split(/::|[.#]/).filter((part) => part !== '')
  const wanted = parts.at(-1) ?? ''
  const written = parts.slice(0, -1).findLast((part) => part !== 'prototype')
  const owner = written === undefined ? undefined : typeName(written)
  const term = termsOf(wanted).at(-1)
  const found: Candidate[] = []
  const apart: Candidate[] = []
  if (term === undefined) return { found, apart, owner }
  view.eachPosting(term, (position, posting) => {
    if (posting.definition === 0) return
    const { definitions } = view.details(position)
    const { path, role } = view.file(position)
    for (const definition of definitions) {
      const own = definition.name.split(/::/).at(-1) ?? ''
      const exact = own === wanted
      if (!exact && termsOf(own).at(-1) !== term) continue
      const candidate: Candidate = {
        definition,
        exact,
        position,
        hit: { name: definition.name, kind: definition.kind, path, line: definition.startLine },
        place: placeOfRole(role),
      }
      // C++ writes the type before the name, others around it.
      const before = definition.name.slice(0, -own.length).replace(/::$/, '')
      const container = before === '' ? definitions[definition.container]?.name : before
      if (owner === undefined || (container !== undefined && typeName(container) === owner)) found.push(candidate)
      else if (container === undefined) apart.push(candidate)
    }
  })
  return { found, apart, owner }
}

function bestOf(found: readonly Candidate[], { limit = DEFAULT_HITS }: SymbolOptions): SymbolHit[] {
  return found
    .toSorted(
      (a, b) =>
        Number(b.exact) - Number(a.exact) || a.place - b.place || a.position - b.position || a.hit.line - b.hit.line,
    )
    .slice(0, limit)
    .map(({ hit }) => hit)
}
