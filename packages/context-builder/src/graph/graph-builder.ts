import { languageOf } from '@patchlane/syntax'
import type { CodeView } from '../code-view.ts'
import { documentKey } from '../index-options.ts'
import type { TreeReader } from '../tree-reader.ts'
import { type CodeGraph, graphOf } from './code-graph.ts'
import { KeptGraph } from './kept-graph.ts'
import type { ImportResolver, ResolveContext } from './resolve-context.ts'
import { folderOf } from './resolve-context.ts'
import { ecmascriptResolver } from './resolve-ecmascript.ts'
import {
  csharpResolver,
  goResolver,
  includeResolver,
  javaResolver,
  phpResolver,
  rubyResolver,
  rustResolver,
} from './resolve-others.ts'
import { pythonResolver } from './resolve-python.ts'

/** Files that say how imports are found. */
const configName = /(?:^|\/)(?:package\.json|[tj]sconfig(?:\.[\w-]+)?\.json|go\.mod|Cargo\.toml)$/
const MAX_CONFIG_BYTES = 1_000_000
/** More configuration files than this are a sign of fixtures; those deepest down are left out. */
const MAX_CONFIGS = 2_000

/**
 * Resolves the imports of a view. What has been resolved is kept while paths and configuration stay as they are, unless a part of it was not at
 * hand: the same state has other imports when it is.
 */
export class GraphBuilder {
  readonly #reader: TreeReader
  readonly #directory: string | undefined
  readonly #graphs = new WeakMap<CodeView, CodeGraph>()
  #last: { shape: string; resolved: Map<string, readonly string[]> } | undefined

  /** With a folder, the graphs of committed states are kept there. */
  constructor(reader: TreeReader, options: { directory?: string } = {}) {
    this.#reader = reader
    this.#directory = options.directory
  }

  async of(view: CodeView, overlaid: ReadonlyMap<string, string> = new Map()): Promise<CodeGraph> {
    const known = this.#graphs.get(view)
    if (known !== undefined) return known
    const kept = this.#directory === undefined || overlaid.size > 0 ? undefined : new KeptGraph(this.#directory, view)
    const before = await kept?.read()
    const { graph, whole } = before === undefined ? await this.#resolve(view, overlaid) : { graph: before, whole: true }
    if (!whole) return graph
    await kept?.write(graph)
    this.#graphs.set(view, graph)
    return graph
  }

  async #resolve(view: CodeView, overlaid: ReadonlyMap<string, string>): Promise<{ graph: CodeGraph; whole: boolean }> {
    const { texts, missing } = await this.#configs(view, overlaid)
    const whole = view.unread === 0 && !missing
    const paths = view.files.map(({ path }) => path)
    const shape = [...paths, ...[...texts].flat()].join('\n')
    const resolved = whole && this.#last?.shape === shape ? this.#last.resolved : new Map<string, readonly string[]>()
    const resolve = resolverFor(view, texts, paths)
    const imports = view.files.map((file, position) => {
      const key = `${file.path}\0${documentKey(file)}`
      let targets = resolved.get(key)
      if (targets === undefined) {
        targets = resolve(position)
        resolved.set(key, targets)
      }
      return targets.map((path) => view.position(path)).filter((at) => at !== undefined)
    })
    if (whole) this.#last = { shape, resolved }
    return { graph: graphOf(imports), whole }
  }

  /** The texts by path, and whether one was not at hand. */
  async #configs(
    view: CodeView,
    overlaid: ReadonlyMap<string, string>,
  ): Promise<{ texts: Map<string, string>; missing: boolean }> {
    const files = view.files
      .filter(
        ({ path, mode }) =>
          configName.test(path) && mode !== '160000' && mode !== '120000' && !/(?:^|\/)node_modules\//.test(path),
      )
      .sort((a, b) => a.path.split('/').length - b.path.split('/').length || (a.path < b.path ? -1 : 1))
      .slice(0, MAX_CONFIGS)
    const wanted = files.filter(({ path }) => !overlaid.has(path))
    const blobs = await this.#reader.readBlobs([...new Set(wanted.map(({ oid }) => oid))], {
      maxBytes: MAX_CONFIG_BYTES,
    })
    const byOid = new Map(blobs.map(({ oid, content }) => [oid, content]))
    const texts = new Map(
      files.map(({ path, oid }) => {
        const content = byOid.get(oid)
        return [path, overlaid.get(path) ?? (content ? new TextDecoder().decode(content) : '')]
      }),
    )
    return { texts, missing: blobs.some(({ content, size }) => content === null && size <= MAX_CONFIG_BYTES) }
  }
}

/** The paths that each file's imports lead to, without the file itself; sorted. */
function resolverFor(
  view: CodeView,
  texts: ReadonlyMap<string, string>,
  paths: readonly string[],
): (position: number) => readonly string[] {
  const tree = contextOf(view, texts)
  const manifests = [...texts.keys()].filter((path) => path === 'package.json' || path.endsWith('/package.json'))
  const ecmascript = ecmascriptResolver(tree, manifests)
  const byLanguage: Partial<Record<string, ImportResolver>> = {
    typescript: ecmascript,
    tsx: ecmascript,
    javascript: ecmascript,
    python: pythonResolver(tree, paths),
    go: goResolver(tree, paths),
    rust: rustResolver(tree, paths),
    java: javaResolver,
    csharp: csharpResolver,
    c: includeResolver,
    cpp: includeResolver,
    ruby: rubyResolver,
    php: phpResolver,
  }
  return (position) => {
    const { path } = view.file(position)
    const resolver = byLanguage[languageOf(path) ?? '']
    if (resolver === undefined) return []
    const targets = new Set(view.details(position).imports.flatMap((reference) => resolver(path, reference, tree)))
    targets.delete(path)
    return [...targets].sort()
  }
}

function contextOf(view: CodeView, texts: ReadonlyMap<string, string>): ResolveContext {
  let byName: Map<string, string[]> | undefined
  let byFolder: Map<string, string[]> | undefined
  let byPackage: Map<string, string[]> | undefined
  const group = (keyOf: (path: string, position: number) => string | null) => {
    const groups = new Map<string, string[]>()
    for (const [position, { path }] of view.files.entries()) {
      const key = keyOf(path, position)
      if (key === null) continue
      const list = groups.get(key)
      if (list === undefined) groups.set(key, [path])
      else list.push(path)
    }
    return groups
  }
  const packageName = (path: string) => {
    const position = view.position(path)
    return position === undefined ? null : view.details(position).packageName
  }
  const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
  return {
    has: (path) => view.position(path) !== undefined,
    endingWith: (suffix) => {
      byName ??= group(nameOf)
      return (byName.get(nameOf(suffix)) ?? []).filter((path) => path === suffix || path.endsWith(`/${suffix}`))
    },
    inFolder: (folder) => {
      byFolder ??= group(folderOf)
      return byFolder.get(folder) ?? []
    },
    text: (path) => texts.get(path),
    packageName,
    inPackage: (name) => {
      byPackage ??= group((path) => (/\.(?:java|cs|php)$/.test(path) ? packageName(path) : null))
      return byPackage.get(name) ?? []
    },
  }
}
