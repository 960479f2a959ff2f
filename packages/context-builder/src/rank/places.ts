import type { CodeView } from '../code-view.ts'
import { termsOf, wordPattern, wordSequence } from '../words.ts'
import { PackageRoots, plainName } from './package-roots.ts'
import { PathWords } from './path-words.ts'
import type { TaskQuery } from './task-query.ts'

export interface Places {
  /** 1 in a folder that bears the name of the title's scope: `fix(css): …`. */
  scopeFolder: Float64Array
  /** 1 where folders and name have all words of the scope. */
  scopeWords: Float64Array
  /** 1 in a package that the first line names. */
  package: Float64Array
  /** Pairs of neighbouring words of the first line that stand side by side in the path too: `query client`, `query-client.ts`. */
  phrase: Float64Array
}

/** Pairs beyond these raise a path no more. */
const PHRASES = 2

/** Files that stand where the task says. */
export function namedPlaces(view: CodeView, query: TaskQuery): Places {
  const words = PathWords.of(view)
  const scopeFolder = new Float64Array(view.files.length)
  const scopeWords = new Float64Array(view.files.length)
  const named = new Float64Array(view.files.length)
  const scopes = query.scopes
    .map((scope) => plainName(scope.replace(/^@[^/]+\//, '')))
    .filter((name) => name.length > 1)
  const scopeTerms = query.scopes
    .map((scope) => [...new Set((scope.match(wordPattern(scope)) ?? []).flatMap(termsOf))])
    .filter((terms) => terms.length > 0)
  const roots = PackageRoots.of(view)
  const isNamed = roots.packages.map(
    ({ plain, terms }) =>
      scopes.includes(plain) || (terms.length > 0 && terms.every((term) => query.titleTerms.has(term))),
  )
  for (const at of view.files.keys()) {
    const root = roots.rootOf[at] ?? -1
    if (root >= 0 && isNamed[root]) named[at] = 1
    if (scopeTerms.length === 0) continue
    const own = words.nameTerms[at] ?? []
    const above = words.folderTerms[at] ?? []
    const has = (term: string) => own.includes(term) || above.includes(term)
    if (scopeTerms.some((terms) => terms.every(has))) scopeWords[at] = 1
  }
  if (scopes.length > 0) {
    for (const [at, { path }] of view.files.entries()) {
      const folders = path.split('/').slice(0, -1)
      if (folders.some((folder) => scopes.includes(plainName(folder)))) scopeFolder[at] = 1
    }
  }
  return { scopeFolder, scopeWords, package: named, phrase: namedPhrases(view, query) }
}

/** Only paths that have both words of a pair are looked at. */
function namedPhrases(view: CodeView, query: TaskQuery): Float64Array {
  const words = PathWords.of(view)
  const found = new Float64Array(view.files.length)
  const sequences = new Map<number, readonly string[]>()
  const sequenceOf = (at: number) => {
    const known = sequences.get(at) ?? wordSequence(view.file(at).path.replace(/\.\w+$/, ''))
    sequences.set(at, known)
    return known
  }
  const having = new Int32Array(view.files.length)
  for (const [n, [first, second]] of query.titlePairs.entries()) {
    for (const at of words.having(first)) having[at] = n + 1
    for (const at of words.having(second)) {
      if (having[at] !== n + 1) continue
      having[at] = 0
      const sequence = sequenceOf(at)
      if (!sequence.some((word, place) => word === first && sequence[place + 1] === second)) continue
      found[at] = Math.min(1, (found[at] ?? 0) + 1 / PHRASES)
    }
  }
  return found
}
