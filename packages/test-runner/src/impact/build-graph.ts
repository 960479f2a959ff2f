import { ownerOfTest } from '../detect/detect-test-runners.ts'
import type { TestProject } from '../detect/test-project.ts'
import { folderOf, foldersUpwards, nameOf, within } from '../project-files.ts'
import type { EvidenceCache } from './evidence-cache.ts'
import { fileKind, isScanned } from './file-kind.ts'
import { ImportGraph } from './import-graph.ts'
import { JavaScriptResolver } from './resolve-javascript.ts'
import { PythonResolver } from './resolve-python.ts'
import type { Evidence } from './scan.ts'
import { noTargets } from './targets.ts'
import type { SourceTree } from './tree.ts'
import { readPathAliases } from './tsconfig-paths.ts'

export interface BuiltGraph {
  graph: ImportGraph
  /** Evidence of each file that was read. */
  evidence: Map<string, Evidence>
  /** SHA-256 of each file that was read. */
  digests: Map<string, string>
  /** Test files with the project that runs them. */
  tests: Map<string, TestProject>
}

/** Files read at the same time. */
const BATCH = 64
const RUNNER_CONFIG =
  /^(?:vitest|vite|jest|babel|swc)\.(?:config|workspace|setup|shared|preset)(?:\..+)?\.[cm]?[jt]s$|^\.babelrc|^\.swcrc/

/** Reads and resolves a whole tree. */
export async function buildGraph(
  tree: SourceTree,
  projects: readonly TestProject[],
  cache: EvidenceCache,
  signal?: AbortSignal,
): Promise<BuiltGraph> {
  const evidence = new Map<string, Evidence>()
  const digests = new Map<string, string>()
  const paths = [...tree.files].filter(isScanned)
  for (let at = 0; at < paths.length; at += BATCH) {
    signal?.throwIfAborted()
    await Promise.all(
      paths.slice(at, at + BATCH).map(async (path) => {
        const content = await tree.read(path)
        if (content === undefined) return
        digests.set(path, content.digest)
        evidence.set(path, cache.evidenceOf(path, content))
      }),
    )
  }
  const javascript = new JavaScriptResolver(tree, await readPathAliases(tree))
  const python = new PythonResolver(tree, [...new Set(projects.flatMap((project) => project.sourceRoots))])
  const graph = new ImportGraph()
  for (const [path, found] of evidence) {
    const isPython = fileKind(path) === 'python' || path.endsWith('.py')
    const targets = (isPython ? python : javascript).resolve(path, found)
    // A configuration names the folders it applies to, which is no dependency on what is in them.
    if (fileKind(path) === 'config') targets.folders.clear()
    graph.add(path, targets)
  }
  const tests = new Map<string, TestProject>()
  for (const path of tree.files) {
    const project = ownerOfTest(projects, path)
    if (project !== undefined) tests.set(path, project)
  }
  addImplicit(tree, graph, tests, evidence)
  return { graph, evidence, digests, tests }
}

/** What a test depends on without naming it. */
function addImplicit(
  tree: SourceTree,
  graph: ImportGraph,
  tests: ReadonlyMap<string, TestProject>,
  evidence: ReadonlyMap<string, Evidence>,
): void {
  const configs = [...tree.files].filter((path) => RUNNER_CONFIG.test(nameOf(path)))
  for (const [path, project] of tests) {
    const targets = noTargets()
    const above = foldersUpwards(folderOf(path))
    if (project.runner.language === 'python') {
      for (const folder of above) {
        for (const name of ['conftest.py', '__init__.py']) {
          const implicit = folder === '' ? name : `${folder}/${name}`
          if (tree.files.has(implicit)) targets.files.add(implicit)
        }
      }
    } else for (const config of configs) if (above.includes(folderOf(config))) targets.files.add(config)
    targets.files.delete(path)
    graph.add(path, targets)
  }
  for (const path of tree.files) {
    // A snapshot belongs to its test, an automatic mock to what it stands for.
    const snapshot = /^(?:(.*)\/)?__snapshots__\/([^/]+)\.snap$/.exec(path)
    const owner = snapshot === null ? undefined : `${snapshot[1] === undefined ? '' : `${snapshot[1]}/`}${snapshot[2]}`
    if (owner !== undefined && tree.files.has(owner)) graph.add(owner, { files: new Set([path]), folders: new Set() })
    const mocked = path.replace(/(^|\/)__mocks__\//, '$1')
    if (mocked !== path && tree.files.has(mocked)) graph.add(mocked, { files: new Set([path]), folders: new Set() })
  }
  addLoaders(tree, graph, tests, evidence)
}

/**
 * A file that loads modules by computed names may load anything of its package, and a test that reaches it may make it load anything of the
 * test's own package: tests apart, which only the runner loads. The top of a tree of packages is no such package: what lies there loads
 * what it is told to by others.
 */
function addLoaders(
  tree: SourceTree,
  graph: ImportGraph,
  tests: ReadonlyMap<string, TestProject>,
  evidence: ReadonlyMap<string, Evidence>,
): void {
  const nodes = new Set<string>()
  const nodeOf = (folder: string): string => {
    const node = `anything in ${folder === '' ? 'the tree' : folder}`
    if (!nodes.has(node)) {
      nodes.add(node)
      const files = [...tree.files].filter((path) => within(folder, path) !== undefined && !tests.has(path))
      graph.add(node, { files: new Set(files), folders: new Set() })
    }
    return node
  }
  const loaders = [...evidence].filter(([, found]) => found.computed).map(([path]) => path)
  const uses = [...graph.reaching(loaders).keys()].filter((path) => tests.has(path))
  for (const path of loaders) {
    const home = tree.packageOf(folderOf(path))
    if (home !== '' || tree.packages.size < 2) uses.push(path)
  }
  for (const path of uses) {
    graph.add(path, { files: new Set([nodeOf(tree.packageOf(folderOf(path)))]), folders: new Set() })
  }
}
