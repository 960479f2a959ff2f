import { folderOf, foldersUpwards, joinPath } from '../project-files.ts'
import type { Evidence } from './scan.ts'
import { noTargets, type Targets } from './targets.ts'
import type { SourceTree } from './tree.ts'

/** Resolves what a Python file refers to, from every folder that could be on the path. */
export class PythonResolver {
  readonly #tree: SourceTree
  readonly #roots: readonly string[]
  readonly #known = new Map<string, readonly string[]>()

  constructor(tree: SourceTree, sourceRoots: readonly string[]) {
    this.#tree = tree
    this.#roots = sourceRoots
  }

  resolve(path: string, evidence: Evidence): Targets {
    const targets = noTargets()
    const folder = folderOf(path)
    for (const name of evidence.modules) this.#module(name, folder, targets)
    for (const literal of evidence.literals) {
      // `import_module("a.b")`, `patch("a.b.thing")`, settings that list modules.
      if (/^\w+(?:\.\w+)+$/.test(literal)) this.#module(literal, folder, targets)
      this.#place(literal, folder, targets)
    }
    for (const prefix of evidence.prefixes) {
      const place = prefix.slice(0, prefix.lastIndexOf('/'))
      for (const base of new Set([folder, ''])) {
        const target = joinPath(base, place)
        if (target !== undefined && target !== '' && this.#tree.folders.has(target)) targets.folders.add(target)
      }
    }
    targets.files.delete(path)
    return targets
  }

  #module(name: string, folder: string, targets: Targets): void {
    const dots = /^\.*/.exec(name)?.[0].length ?? 0
    const parts = name
      .slice(dots)
      .split('.')
      .filter((part) => part !== '')
    if (dots > 0) {
      const base = joinPath(folder, '../'.repeat(dots - 1))
      if (base !== undefined) for (const file of this.#under(base, parts)) targets.files.add(file)
      return
    }
    const [first = ''] = parts
    for (const root of new Set([...this.#roots, ...foldersUpwards(folder)])) {
      const base = root === '' ? first : `${root}/${first}`
      if (!this.#tree.folders.has(base) && !this.#tree.files.has(`${base}.py`) && !this.#tree.files.has(`${base}.pyi`))
        continue
      for (const file of this.#under(root, parts)) targets.files.add(file)
    }
  }

  /** Importing a.b.c runs a, a.b and a.b.c; the last part may be a name inside a.b. */
  #under(root: string, parts: readonly string[]): readonly string[] {
    const key = `${root}:${parts.join('.')}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const found: string[] = []
    let current = root
    for (const part of ['', ...parts]) {
      if (part !== '') current = current === '' ? part : `${current}/${part}`
      const candidates = part === '' ? [] : [`${current}.py`, `${current}.pyi`]
      if (current !== '') candidates.push(`${current}/__init__.py`, `${current}/__init__.pyi`)
      found.push(...candidates.filter((file) => this.#tree.files.has(file)))
    }
    this.#known.set(key, found)
    return found
  }

  #place(literal: string, folder: string, targets: Targets): void {
    const bare = literal.replace(/\/$/, '')
    if (!bare.includes('/') && !/\.\w{1,6}$/.test(bare)) return
    if (/^[./]+$/.test(bare)) return
    for (const base of new Set([folder, ...this.#roots, ''])) {
      const path = joinPath(base, bare)
      if (path === undefined || path === '') continue
      if (this.#tree.files.has(path)) targets.files.add(path)
      if (bare.includes('/') && this.#tree.folders.has(path)) targets.folders.add(path)
    }
  }
}
