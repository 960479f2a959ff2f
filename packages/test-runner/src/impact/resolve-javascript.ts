import type { PackageManifest } from '../detect/manifests.ts'
import { dependenciesOf } from '../detect/manifests.ts'
import { folderOf, foldersUpwards, joinPath } from '../project-files.ts'
import type { Evidence } from './scan.ts'
import type { Targets } from './targets.ts'
import { noTargets } from './targets.ts'
import type { SourceTree } from './tree.ts'
import type { PathAliases } from './tsconfig-paths.ts'

const ENDINGS = [
  '.ts',
  '.tsx',
  '.mts',
  '.cts',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '.json',
  '.vue',
  '.svelte',
  '.astro',
  '.d.ts',
  '.css',
  '.scss',
  '.node',
  '.wasm',
]
const WRITTEN_AS: Record<string, string[]> = {
  '.js': ['.ts', '.tsx', '.d.ts', '.jsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts', '.d.mts'],
  '.cjs': ['.cts', '.d.cts'],
}
const BUILT = /^(?:dist|build|out|lib|es|esm|cjs|\.output)\//

/** Resolves what a script refers to, every way at once that node, TypeScript, bundlers and test runners know: extra answers do no harm. */
export class JavaScriptResolver {
  readonly #tree: SourceTree
  readonly #suffixes = new Map<string, ReadonlySet<string>>()
  readonly #aliases: ReadonlyMap<string, PathAliases>

  constructor(tree: SourceTree, aliases: ReadonlyMap<string, PathAliases>) {
    this.#tree = tree
    this.#aliases = aliases
  }

  resolve(path: string, evidence: Evidence): Targets {
    const targets = noTargets()
    const folder = folderOf(path)
    for (const name of evidence.modules) this.#module(name.replace(/[?#].*$/, '') || name, folder, targets)
    // What is imported is a module; other literals may also mean the folder of that name.
    const imported = new Set(evidence.modules)
    for (const literal of evidence.literals) if (!imported.has(literal)) this.#literal(literal, folder, targets)
    for (const prefix of evidence.prefixes) this.#prefix(prefix, folder, targets)
    targets.files.delete(path)
    return targets
  }

  #module(name: string, folder: string, targets: Targets): void {
    if (name.startsWith('.')) {
      this.#file(joinPath(folder, name), targets)
      return
    }
    const found = noTargets()
    for (const parent of foldersUpwards(folder)) {
      const aliases = this.#aliases.get(parent)
      if (aliases === undefined) continue
      for (const base of aliases.baseFolders) this.#file(joinPath(base, name), found)
      for (const { pattern, targets: places } of aliases.patterns) {
        const star = matchStar(pattern, name)
        if (star !== undefined) for (const place of places) this.#file(place.replace('*', star), found)
      }
    }
    const [scope = '', rest = ''] = name.split('/')
    const packageName = name.startsWith('@') ? `${scope}/${rest}` : scope
    const owner = this.#tree.packageFolders.get(packageName)
    if (owner !== undefined) this.#packageEntry(owner, name.slice(packageName.length + 1), found)
    if (name.startsWith('#')) this.#importsMap(name, folder, found)
    for (const file of found.files) targets.files.add(file)
    for (const place of found.folders) targets.folders.add(place)
    if (found.files.size + found.folders.size === 0) this.#unknownAlias(name, packageName, folder, targets)
  }

  /** An alias of a bundler's or a runner's own configuration: any file of the package whose path ends like the name does. */
  #unknownAlias(name: string, packageName: string, folder: string, targets: Targets): void {
    if (!/^[\w@~#$][\w@~#$./-]*\/[\w./-]+$/.test(name)) return
    const home = this.#tree.packageOf(folder)
    const declared = [this.#tree.packages.get(home), this.#tree.packages.get('')].flatMap((manifest) =>
      manifest === undefined ? [] : dependenciesOf(manifest),
    )
    if (declared.includes(packageName)) return
    const key = `${home}:${name}`
    const known = this.#suffixes.get(key)
    if (known !== undefined) {
      for (const file of known) targets.files.add(file)
      return
    }
    const found = noTargets()
    const endings = [name, name.slice(name.indexOf('/') + 1)].flatMap((tail) => [tail, tail.replace(/\.[cm]?js$/, '')])
    for (const parent of this.#tree.folders) {
      if (parent !== home && home !== '' && !parent.startsWith(`${home}/`)) continue
      for (const ending of endings) this.#file(`${parent}/${ending}`, found)
    }
    this.#suffixes.set(key, found.files)
    for (const file of found.files) targets.files.add(file)
  }

  #packageEntry(folder: string, subpath: string, targets: Targets): void {
    const manifest = this.#tree.packages.get(folder)
    const found = noTargets()
    for (const entry of entriesOf(manifest, subpath)) this.#built(folder, entry, found)
    if (subpath !== '') this.#file(joinPath(folder, subpath), found)
    else for (const index of ['index', 'src/index', 'src/main']) this.#file(joinPath(folder, index), found)
    for (const file of found.files) targets.files.add(file)
    // Only its build knows what the name leads to: anything in the package.
    if (found.files.size === 0) targets.folders.add(folder)
  }

  #importsMap(name: string, folder: string, targets: Targets): void {
    const home = this.#tree.packageOf(folder)
    const imports = this.#tree.packages.get(home)?.imports
    if (typeof imports !== 'object' || imports === null || Array.isArray(imports)) return
    for (const [pattern, target] of Object.entries(imports)) {
      const star = matchStar(pattern, name)
      if (star === undefined) continue
      for (const place of stringsIn(target)) this.#built(home, place.replace('*', star), targets)
    }
  }

  /** A manifest's entry: the file, or the source that a build makes it from. */
  #built(folder: string, entry: string, targets: Targets): void {
    const relative = entry.replace(/^\.\//, '')
    this.#file(joinPath(folder, relative), targets)
    const source = relative.replace(BUILT, '').replace(/\.d\.([cm]?)ts$|\.([cm]?)js$/, '')
    if (BUILT.test(relative)) for (const root of ['src/', '']) this.#file(joinPath(folder, root + source), targets)
  }

  #literal(literal: string, folder: string, targets: Targets): void {
    const bare = literal.replace(/[?#].*$/, '').replace(/\/$/, '')
    const home = this.#tree.packageOf(folder)
    if (/^\.\.?(?:\/|$)/.test(bare)) {
      // Dots alone are the way to somewhere else, which another literal names.
      if (/^[./]+$/.test(bare)) return
      this.#fileOrFolder(joinPath(folder, bare), targets)
      this.#fileOrFolder(joinPath(home, bare), targets)
    } else if (bare.includes('/')) {
      for (const base of new Set([folder, home, ''])) this.#fileOrFolder(joinPath(base, bare), targets)
      const name = bare
        .split('/')
        .slice(0, bare.startsWith('@') ? 2 : 1)
        .join('/')
      if (this.#tree.packageFolders.has(name) && this.#isDeclared(name, home)) this.#module(bare, folder, targets)
      if (BUILT.test(bare) && /\.[cm]?js$/.test(bare)) this.#built(home, bare, targets)
    } else if (/\.\w{1,6}$/.test(bare)) {
      // A file's name alone: part of a path that is put together from pieces.
      for (const base of new Set([folder, home])) this.#fileOrFolder(joinPath(base, bare), targets)
      for (const sub of ['src', 'lib', 'bin', 'test', 'tests', 'fixtures']) {
        this.#fileOrFolder(joinPath(home, `${sub}/${bare}`), targets)
        this.#fileOrFolder(joinPath(folder, `${sub}/${bare}`), targets)
      }
    } else if (this.#tree.packageFolders.has(bare) && this.#isDeclared(bare, home)) this.#module(bare, folder, targets)
  }

  /** A word that is also a package's name is that package only to who depends on it. */
  #isDeclared(name: string, home: string): boolean {
    const manifest = this.#tree.packages.get(home)
    return manifest !== undefined && (manifest.name === name || dependenciesOf(manifest).includes(name))
  }

  #prefix(prefix: string, folder: string, targets: Targets): void {
    const place = prefix.slice(0, prefix.lastIndexOf('/'))
    if (/^[./]*$/.test(place)) return
    for (const base of new Set([folder, this.#tree.packageOf(folder)])) {
      const target = joinPath(base, place)
      if (target !== undefined && this.#tree.folders.has(target)) targets.folders.add(target)
    }
  }

  #fileOrFolder(path: string | undefined, targets: Targets): void {
    if (path === undefined || path === '') return
    this.#file(path, targets)
    if (this.#tree.folders.has(path)) targets.folders.add(path)
  }

  #file(path: string | undefined, targets: Targets): void {
    if (path === undefined) return
    const { files } = this.#tree
    if (files.has(path)) targets.files.add(path)
    const written = /\.[cm]?jsx?$/.exec(path)?.[0]
    if (written !== undefined) {
      const stem = path.slice(0, -written.length)
      for (const ending of WRITTEN_AS[written] ?? []) if (files.has(stem + ending)) targets.files.add(stem + ending)
    }
    for (const ending of ENDINGS) if (files.has(path + ending)) targets.files.add(path + ending)
    if (path !== '' && !this.#tree.folders.has(path)) return
    const base = path === '' ? '' : `${path}/`
    for (const ending of ENDINGS) if (files.has(`${base}index${ending}`)) targets.files.add(`${base}index${ending}`)
    const manifest = this.#tree.packages.get(path)
    if (manifest !== undefined && path !== '')
      for (const entry of entriesOf(manifest, '')) this.#built(path, entry, targets)
  }
}

/** All targets, under every condition, that a package gives a sub-path ('' is the package itself). */
function entriesOf(manifest: PackageManifest | undefined, subpath: string): string[] {
  if (manifest === undefined) return []
  const key = subpath === '' ? '.' : `./${subpath}`
  const plain = subpath === '' ? [manifest.main, manifest.module, manifest.source, manifest.types] : []
  const entries = plain.filter((entry) => entry !== undefined)
  const { exports } = manifest
  if (exports === undefined || exports === null) return entries
  if (typeof exports !== 'object' || Array.isArray(exports))
    return key === '.' ? [...entries, ...stringsIn(exports)] : entries
  const isMap = Object.keys(exports).some((name) => name.startsWith('.'))
  if (!isMap) return key === '.' ? [...entries, ...stringsIn(exports)] : entries
  for (const [pattern, target] of Object.entries(exports)) {
    const star = matchStar(pattern, key)
    if (star !== undefined) entries.push(...stringsIn(target).map((place) => place.replaceAll('*', star)))
  }
  return entries
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(stringsIn)
}

/** What `*` stands for when `pattern` matches; '' for a match without a star. */
function matchStar(pattern: string, name: string): string | undefined {
  const star = pattern.indexOf('*')
  if (star < 0) return pattern === name ? '' : undefined
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)]
  if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return undefined
  return name.slice(head.length, name.length - tail.length)
}
