import { z } from 'zod'
import { parseJsonWithComments } from './json-with-comments.ts'
import {
  folderOf,
  foldersAbove,
  type ImportResolver,
  inside,
  joinPath,
  type ResolveContext,
} from './resolve-context.ts'

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.d.ts', '.json', '.vue', '.svelte']
/** A source imports its neighbour under the name it will have when built. */
const BUILT: readonly [RegExp, readonly string[]][] = [
  [/\.js$/, ['.ts', '.tsx', '.jsx', '.d.ts']],
  [/\.mjs$/, ['.mts']],
  [/\.cjs$/, ['.cts']],
  [/\.jsx$/, ['.tsx']],
]

const manifestSchema = z.object({
  name: z.string().optional().catch(undefined),
  main: z.string().optional().catch(undefined),
  module: z.string().optional().catch(undefined),
  types: z.string().optional().catch(undefined),
  exports: z.unknown().optional(),
  imports: z.unknown().optional(),
})
type Manifest = z.output<typeof manifestSchema>

const tsconfigSchema = z.object({
  extends: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .catch(undefined),
  compilerOptions: z
    .object({
      baseUrl: z.string().optional().catch(undefined),
      paths: z.record(z.string(), z.array(z.string())).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
})

interface PathMapping {
  pattern: string
  targets: string[]
  folder: string
}

/** JavaScript and TypeScript: relative, `#imports`, tsconfig `paths`, and the packages of the workspace by their `exports`. */
export function ecmascriptResolver(tree: ResolveContext, manifests: readonly string[]): ImportResolver {
  const packages = new Map<string, { folder: string; manifest: Manifest }>()
  const byFolder = new Map<string, Manifest>()
  for (const path of manifests) {
    const manifest = manifestSchema.safeParse(parseJsonWithComments(tree.text(path) ?? ''))
    if (!manifest.success) continue
    byFolder.set(folderOf(path), manifest.data)
    if (manifest.data.name !== undefined)
      packages.set(manifest.data.name, { folder: folderOf(path), manifest: manifest.data })
  }
  const mappings = new Map<string, readonly PathMapping[]>()
  const one = (path: string | undefined) => (path === undefined ? [] : [path])

  return (from, { specifier }) => {
    const plain = specifier.replace(/[?#].*$/, (query, at: number) => (at === 0 ? query : ''))
    if (/^\.{1,2}(?:\/|$)/.test(plain)) return one(file(tree, joinPath(folderOf(from), plain)))
    if (plain.startsWith('#')) return one(privateImport(from, plain))
    for (const { pattern, targets, folder } of mappingsOf(from)) {
      const star = match(pattern, plain)
      if (star === undefined) continue
      for (const target of targets) {
        const found = file(tree, joinPath(folder, target.replace('*', star)))
        if (found !== undefined) return [found]
      }
    }
    const name = plain.startsWith('@') ? plain.split('/', 2).join('/') : (plain.split('/', 1)[0] ?? '')
    const known = packages.get(name)
    if (known === undefined) return []
    return one(packageFile(known.folder, known.manifest, plain.slice(name.length).replace(/^\//, '')))
  }

  function privateImport(from: string, specifier: string): string | undefined {
    for (const folder of foldersAbove(from)) {
      const manifest = byFolder.get(folder)
      if (manifest === undefined) continue
      return fromTable(folder, manifest.imports, specifier)
    }
    return undefined
  }

  function packageFile(folder: string, manifest: Manifest, subpath: string): string | undefined {
    const exported = fromTable(folder, manifest.exports, subpath === '' ? '.' : `./${subpath}`)
    if (exported !== undefined) return exported
    const entries =
      subpath === ''
        ? [manifest.module, manifest.main, manifest.types, 'src/index', 'index', 'src/main', 'lib/index']
        : [subpath, `src/${subpath}`]
    for (const entry of entries) {
      const found = entry === undefined ? undefined : sourceOf(folder, entry)
      if (found !== undefined) return found
    }
    return undefined
  }

  function fromTable(folder: string, table: unknown, key: string): string | undefined {
    const entries = typeof table === 'string' || Array.isArray(table) ? { '.': table } : asRecord(table)
    const keyed = Object.keys(entries).some((name) => name.startsWith('.') || name.startsWith('#'))
      ? entries
      : { '.': entries }
    for (const [pattern, value] of Object.entries(keyed)) {
      const star = match(pattern, key)
      if (star === undefined) continue
      // Declarations say what is there, sources are where it is.
      for (const target of targetsIn(value).sort(
        (a, b) => Number(/\.d\.[cm]?ts$/.test(a)) - Number(/\.d\.[cm]?ts$/.test(b)),
      )) {
        const found = sourceOf(folder, target.replaceAll('*', star))
        if (found !== undefined) return found
      }
    }
    return undefined
  }

  /** A target of the manifest, or the source it is built from: `dist/a.js` comes from `src/a.ts`. */
  function sourceOf(folder: string, target: string): string | undefined {
    const direct = file(tree, joinPath(folder, target))
    if (direct !== undefined) return direct
    const source = target
      .replace(/^(?:\.\/)?(?:dist|build|lib|out|esm|cjs)\/(?:esm\/|cjs\/|src\/)?/, 'src/')
      .replace(/\.d\.[cm]?ts$/, '.ts')
    return source === target ? undefined : file(tree, joinPath(folder, source))
  }

  function mappingsOf(from: string): readonly PathMapping[] {
    const folder = folderOf(from)
    const known = mappings.get(folder)
    if (known !== undefined) return known
    let found: readonly PathMapping[] = []
    for (const above of foldersAbove(from)) {
      const config = ['tsconfig.json', 'jsconfig.json']
        .map((name) => inside(above, name))
        .find((path) => tree.has(path))
      if (config === undefined) continue
      found = readMappings(config, 0)
      break
    }
    mappings.set(folder, found)
    return found
  }

  function readMappings(config: string, depth: number): PathMapping[] {
    const parsed = tsconfigSchema.safeParse(parseJsonWithComments(tree.text(config) ?? ''))
    if (!parsed.success || depth > 5) return []
    const { compilerOptions: options, extends: parents } = parsed.data
    const folder = joinPath(folderOf(config), options?.baseUrl ?? '.') ?? ''
    const own = Object.entries(options?.paths ?? {}).map(([pattern, targets]) => ({ pattern, targets, folder }))
    if (own.length > 0) return own
    if (options?.baseUrl !== undefined) return [{ pattern: '*', targets: ['*'], folder }]
    for (const parent of [parents ?? []].flat()) {
      const base = parent.startsWith('.') ? joinPath(folderOf(config), parent) : undefined
      const path =
        base === undefined
          ? undefined
          : [base, `${base}.json`, `${base}/tsconfig.json`].find((candidate) => tree.has(candidate))
      const inherited = path === undefined ? [] : readMappings(path, depth + 1)
      if (inherited.length > 0) return inherited
    }
    return []
  }
}

/** The file a path stands for: itself, with an extension, its source, or the index of a folder. */
function file(tree: ResolveContext, path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  if (path !== '' && tree.has(path)) return path
  for (const [built, sources] of BUILT) {
    if (!built.test(path)) continue
    for (const extension of sources) if (tree.has(path.replace(built, extension))) return path.replace(built, extension)
  }
  for (const extension of EXTENSIONS) if (tree.has(path + extension)) return path + extension
  for (const extension of EXTENSIONS) {
    const index = inside(path, `index${extension}`)
    if (tree.has(index)) return index
  }
  return undefined
}

/** What `*` stands for in a pattern, `''` where it has none; undefined where it does not fit. */
function match(pattern: string, text: string): string | undefined {
  const star = pattern.indexOf('*')
  if (star < 0) return pattern === text ? '' : undefined
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)]
  if (text.length < before.length + after.length || !text.startsWith(before) || !text.endsWith(after)) return undefined
  return text.slice(before.length, text.length - after.length)
}

/** All paths in a value of `exports`, whatever the conditions. */
function targetsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(targetsIn)
  return Object.values(asRecord(value)).flatMap(targetsIn)
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}
