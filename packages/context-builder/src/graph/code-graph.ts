import type { CodeView } from '../code-view.ts'

/** Which file imports which, and which tests and documents belong to which. Files are known by their position in the view. */
export interface CodeGraph {
  readonly imports: readonly (readonly number[])[]
  readonly importedBy: readonly (readonly number[])[]
  /** How many files import each file. */
  readonly inDegree: Uint32Array
}

export function graphOf(imports: readonly (readonly number[])[]): CodeGraph {
  const importedBy: number[][] = imports.map(() => [])
  const inDegree = new Uint32Array(imports.length)
  for (const [from, targets] of imports.entries()) {
    for (const target of targets) {
      importedBy[target]?.push(from)
      inDegree[target] = (inDegree[target] ?? 0) + 1
    }
  }
  return { imports, importedBy, inDegree }
}

/** The tests of a file: those that import it, and those named after it; nearer names first. */
export function testsOf(view: CodeView, graph: CodeGraph, position: number): number[] {
  const name = subjectName(view.file(position).path)
  const named = (testsByName(view).get(name) ?? []).filter((test) => name.length > 2 && test !== position)
  const importing = (graph.importedBy[position] ?? []).filter((other) => view.file(other).role === 'test')
  const scored = new Map<number, number>()
  for (const test of named) scored.set(test, 2 + nearness(view.file(test).path, view.file(position).path))
  for (const test of importing)
    scored.set(test, (scored.get(test) ?? 0) + 1 / Math.log2(2 + (graph.imports[test]?.length ?? 0)))
  return [...scored].sort(([a, x], [b, y]) => y - x || a - b).map(([test]) => test)
}

const byNameCache = new WeakMap<CodeView, Map<string, number[]>>()

function testsByName(view: CodeView): Map<string, number[]> {
  const known = byNameCache.get(view)
  if (known !== undefined) return known
  const byName = new Map<string, number[]>()
  for (const [at, { path, role }] of view.files.entries()) {
    if (role !== 'test') continue
    const name = subjectName(path)
    const list = byName.get(name)
    if (list === undefined) byName.set(name, [at])
    else list.push(at)
  }
  byNameCache.set(view, byName)
  return byName
}

/** Names that each folder may have one of: the folder's name says what is in the file. */
const COMMON_NAME = /^(?:index|__init__|mod|main|lib)$/
/** Folders that stand in every package, and those of its tests. */
const COMMON_FOLDER = /^(?:src|source|lib|tests?|__tests?__|specs?)$/i

/**
 * What a file or its test is called after: `test_views.py`, `views_test.go`, `views.spec.ts` and `views.py` are all `views`, and so are
 * `views/index.ts` and `views/__tests__/index.test.ts`.
 */
export function subjectName(path: string): string {
  const parts = path.split('/')
  const name = withoutTest((parts.pop() ?? '').replace(/\..*$/, ''))
  if (!COMMON_NAME.test(name)) return plain(name)
  const folder = parts.findLast((part) => !COMMON_FOLDER.test(part))
  if (folder !== undefined) return plain(withoutTest(folder))
  // Of a package without a name of its own: the file that makes a folder a package is named after nothing.
  return name === '__init__' ? '' : name
}

function withoutTest(name: string): string {
  return name.replace(/^test[_-]|[_-]tests?$|Tests?$|[_-]spec$/, '')
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '')
}

function nearness(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')]
  let shared = 0
  while (shared < left.length && left[shared] === right[shared]) shared++
  return shared / Math.max(left.length, right.length)
}
