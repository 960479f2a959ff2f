import { findReferences, languageOf } from '@patchlane/syntax'
import type { CodeView } from './code-view.ts'
import { isDocument } from './role.ts'
import { DEFAULT_HITS, placeOfRole, type SymbolHit, type SymbolOptions } from './symbols.ts'
import { textsInBatches } from './texts-in-batches.ts'
import type { TreeReader } from './tree-reader.ts'
import { termsOf } from './words.ts'

/**
 * Where a name is used, definitions included, each line once: by name alone, comments and strings left out; in files without a grammar that are
 * no documents, wherever the word stands. Files that define the name go first, then implementation, tests, documents; each by path.
 */
export async function findSymbolReferences(
  view: CodeView,
  reader: TreeReader,
  name: string,
  options: SymbolOptions = {},
): Promise<SymbolHit[]> {
  const wanted = name.split(/::|[.#]/).at(-1) ?? ''
  const limit = options.limit ?? DEFAULT_HITS
  const hits: SymbolHit[] = []
  for await (const [position, text] of textsInBatches(view, reader, filesWith(view, wanted))) {
    if (!text.includes(wanted)) continue
    for (const hit of await referencesIn(view, position, text, wanted)) hits.push(hit)
    if (hits.length >= limit) break
  }
  return hits.slice(0, limit)
}

/** Files that may have the name, in the order of the answer. */
function filesWith(view: CodeView, name: string): number[] {
  const term = termsOf(name).at(-1)
  if (term === undefined) return []
  const files: { position: number; place: number }[] = []
  view.eachPosting(term, (position, posting) => {
    const defines = posting.definition > 0 && definitionsIn(view, position, name).length > 0
    files.push({ position, place: (defines ? 0 : 10) + placeOfRole(view.file(position).role) })
  })
  return files.sort((a, b) => a.place - b.place || a.position - b.position).map(({ position }) => position)
}

function definitionsIn(view: CodeView, position: number, name: string) {
  return view.details(position).definitions.filter((definition) => definition.name === name)
}

async function referencesIn(view: CodeView, position: number, text: string, name: string): Promise<SymbolHit[]> {
  const { path } = view.file(position)
  const kinds = new Map(definitionsIn(view, position, name).map(({ startLine, kind }) => [startLine, kind]))
  const lines = new Set(await linesWith(path, text, name))
  return [...lines].map((line) => ({ name, kind: kinds.get(line) ?? 'reference', path, line }))
}

async function linesWith(path: string, text: string, name: string): Promise<number[]> {
  const language = languageOf(path)
  if (language === undefined) return isDocument(path) ? [] : linesWithWord(text, name)
  // A file that cannot be parsed has no references that can be told from words.
  const references = await findReferences(language, text, name).catch(() => [])
  return references.map(({ line }) => line)
}

function linesWithWord(text: string, name: string): number[] {
  return text.split('\n').flatMap((line, at) => (hasWord(line, name) ? [at + 1] : []))
}

const wordBefore = /[\p{L}\p{M}\p{N}_$]$/u
const wordBehind = /^[\p{L}\p{M}\p{N}_$]/u

function hasWord(line: string, name: string): boolean {
  for (let at = line.indexOf(name); at >= 0; at = line.indexOf(name, at + 1)) {
    // Two code units on either side hold the character there, whichever plane it is of.
    const before = line.slice(Math.max(0, at - 2), at)
    const behind = line.slice(at + name.length, at + name.length + 2)
    if (!wordBefore.test(before) && !wordBehind.test(behind)) return true
  }
  return false
}
