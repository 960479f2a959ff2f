import { detectTestRunners } from '../detect/detect-test-runners.ts'
import { readPackages } from '../detect/manifests.ts'
import type { TestProject } from '../detect/test-project.ts'
import { listProjectFiles, within } from '../project-files.ts'
import type { AffectedTest, AffectedTests, TestPlan } from './affected-tests.ts'
import { type BuiltGraph, buildGraph } from './build-graph.ts'
import { changeSeeds } from './change-seeds.ts'
import { EvidenceCache } from './evidence-cache.ts'
import { fileKind } from './file-kind.ts'
import type { Reach } from './import-graph.ts'
import { testsNamedAfter } from './named-after.ts'
import { SourceTree } from './tree.ts'

export interface ImpactRequest {
  /** The root of the tree, in the state after the change. Absolute. */
  directory: string
  /** Paths that were added or changed and exist in `directory`. */
  changed: readonly string[]
  /** Paths that were there before and are not any more, old names of renames included. */
  deleted?: readonly string[]
  /** All files of the tree, if the caller knows them. */
  files?: readonly string[]
  /** @default what {@link detectTestRunners} finds */
  projects?: readonly TestProject[]
  signal?: AbortSignal
}

export interface Impact extends AffectedTests {
  /** For callers that want more of the same reading: digests, closures. */
  built: BuiltGraph
  tree: SourceTree
}

/**
 * Finds the tests that a change can affect: by who refers to what in the text of the files, by rules for files that everything depends on, and
 * by names. Each source of evidence can only add tests. What it cannot see: modules found by a name that only the environment or another
 * program knows. Where a file loads modules by computed names, its whole package counts as loaded.
 */
export class TestImpactAnalyzer {
  readonly #cache: EvidenceCache

  constructor(options: { cachedFiles?: number } = {}) {
    this.#cache = new EvidenceCache(options.cachedFiles)
  }

  async affected(request: ImpactRequest): Promise<Impact> {
    const { built, tree, projects } = await this.#read(request)
    const deleted = request.deleted ?? []
    const touched = [...request.changed, ...deleted]
    const seeds = changeSeeds(touched, tree, built)
    const reached = built.graph.reaching(seeds.files.keys())
    const gone = new Set(deleted)
    const tests: AffectedTest[] = []
    for (const [path, project] of built.tests) {
      if (gone.has(path)) continue
      const reasons = [
        ...seeds.everything,
        ...seeds.folders.filter(({ folder }) => within(folder, path) !== undefined).map(({ reason }) => reason),
        ...(project.testsDocuments ? seeds.documents : []),
        ...reasonOf(path, reached, seeds.files),
        ...testsNamedAfter(path, touched),
      ]
      if (reasons.length > 0) tests.push({ path, project, reasons: [...new Set(reasons)] })
    }
    tests.sort((a, b) => (a.path < b.path ? -1 : 1))
    const known = [...built.tests.keys()].filter((path) => !gone.has(path)).length
    const plans = plan(projects, tests, built, reached, seeds.everything)
    return { fullRun: seeds.everything, tests, plans, known, skipped: known - tests.length, built, tree }
  }

  /** Files that refer to one of `changed`, directly or through others, those files included. For checks other than tests. */
  async dependents(request: Omit<ImpactRequest, 'projects'>): Promise<string[]> {
    const { built, tree } = await this.#read({ ...request, projects: [] })
    const seeds = [...request.changed, ...(request.deleted ?? [])]
    return [...built.graph.reaching(seeds).keys()].filter((path) => tree.files.has(path)).sort()
  }

  async #read(
    request: ImpactRequest,
  ): Promise<{ built: BuiltGraph; tree: SourceTree; projects: readonly TestProject[] }> {
    const { directory, signal } = request
    const files = request.files ?? (await listProjectFiles(directory, signal))
    const projects =
      request.projects ?? (await detectTestRunners({ directory, files, ...(signal === undefined ? {} : { signal }) }))
    const all = [...files, ...request.changed, ...(request.deleted ?? [])]
    const tree = new SourceTree(directory, all, await readPackages(directory, files))
    return { built: await buildGraph(tree, projects, this.#cache, signal), tree, projects }
  }
}

function reasonOf(path: string, reached: ReadonlyMap<string, Reach>, seeds: ReadonlyMap<string, string>): string[] {
  const reach = reached.get(path)
  if (reach === undefined) return []
  const own = seeds.get(path)
  if (own !== undefined) return [`it ${own}`]
  const way: string[] = []
  for (let step = reach.through; step !== undefined; step = reached.get(step)?.through) way.push(step)
  const origin = way.at(-1) ?? path
  const between = way.slice(0, -1)
  const shown = between.length > 3 ? [between[0], `${between.length - 2} more`, between.at(-1)] : between
  return [
    `it uses ${origin}, which ${seeds.get(origin) ?? 'changed'}${shown.length > 0 ? `, through ${shown.join(', ')}` : ''}`,
  ]
}

function plan(
  projects: readonly TestProject[],
  tests: readonly AffectedTest[],
  built: BuiltGraph,
  reached: ReadonlyMap<string, Reach>,
  everything: readonly string[],
): TestPlan[] {
  return projects.flatMap((project) => {
    const own = tests.filter((test) => test.project === project)
    const { selectsFiles, language } = project.runner
    if (!selectsFiles || (language === 'any' && own.length === 0)) {
      // Nothing is known about which files are its tests: whatever is reached in its folder may be one.
      const hit = [...reached.keys()].find(
        (path) => within(project.directory, path) !== undefined && fileKind(path) !== 'inert',
      )
      if (own.length === 0 && hit === undefined && everything.length === 0) return []
      return [
        {
          project,
          files: 'all' as const,
          reasons: everything.length > 0 ? [...everything] : [`${hit ?? own[0]?.path} is affected`],
        },
      ]
    }
    if (own.length === 0) return []
    const all = [...built.tests].filter(([, owner]) => owner === project).length
    const isFull = own.length === all && everything.length > 0
    const files = own.flatMap((test) => within(project.directory, test.path) ?? [])
    return [
      { project, files: isFull ? ('all' as const) : files, reasons: [...new Set(own.flatMap((test) => test.reasons))] },
    ]
  })
}
