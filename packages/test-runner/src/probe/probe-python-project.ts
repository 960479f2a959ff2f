import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { errorMessage } from '@patchlane/kernel'
import { cleanEnvironment, runProcess } from '@patchlane/process'
import { z } from 'zod'
import type { TestProject } from '../detect/test-project.ts'
import { within } from '../project-files.ts'
import { pythonEnvironment } from '../runners/pytest-runner.ts'
import { shorten } from '../shorten.ts'
import type { ProbeProblem } from './probe-problem.ts'

/** Finds each top-level name as an import would, without running the package. */
const PROBE = `
import importlib.util, json, sys
found = {}
for name in sys.argv[1:]:
    if name in sys.stdlib_module_names:
        continue
    try:
        spec = importlib.util.find_spec(name)
        places = [] if spec is None else [spec.origin] if spec.origin else list(spec.submodule_search_locations or [])
        found[name] = [p for p in places if p]
    except Exception as error:
        found[name] = ["error: " + repr(error)]
print(json.dumps(found))
`
const answerSchema = z.record(z.string(), z.array(z.string()))
/** Top-level names that are no importable part of a project. */
const IGNORED =
  /^(?:setup|conftest|noxfile|tests?|docs?|examples?|benchmarks?|scripts?|tools?|tasks|manage|build|dist)$/

/**
 * Proves that the project's own top-level packages are imported from inside the tree: an editable install points at the checkout it was
 * made from, and tests would judge the code there.
 */
export async function probePythonProject(
  directory: string,
  files: readonly string[],
  project: TestProject,
  signal?: AbortSignal,
): Promise<ProbeProblem[]> {
  const names = topLevelNames(files, project.sourceRoots)
  if (names.length === 0) return []
  const roots = project.sourceRoots.map((root) => join(directory, root))
  const place = join(directory, project.directory)
  const python = project.python ?? 'python3'
  const remedy = `Check that ${python} is the interpreter with the project's dependencies, or name another one in the configuration.`
  try {
    const result = await runProcess({
      file: python,
      args: ['-c', PROBE, ...names],
      cwd: place,
      env: cleanEnvironment(pythonEnvironment(place, roots)),
      timeoutMs: 60_000,
      ...(signal === undefined ? {} : { signal }),
    })
    if (result.exitCode !== 0) {
      return [
        {
          name: python,
          message: `${python} cannot be asked where it imports from: ${shorten(result.stderr, 500)}`,
          remedy,
        },
      ]
    }
    const answer = answerSchema.parse(JSON.parse(result.stdout))
    const root = await realpath(directory)
    const problems: ProbeProblem[] = []
    for (const [name, places] of Object.entries(answer)) {
      const outside = await firstOutside(root, places)
      if (outside === undefined) continue
      problems.push({
        name,
        message: `import ${name} would come from ${outside}, not from the staged tree.`,
        remedy: `Remove the install of ${name} that shadows the sources (pip uninstall ${name}), or install it so that PYTHONPATH comes first (a plain editable install does).`,
      })
    }
    return problems
  } catch (error) {
    return [
      { name: python, message: `${python} cannot be asked where it imports from: ${errorMessage(error)}`, remedy },
    ]
  }
}

async function firstOutside(root: string, places: readonly string[]): Promise<string | undefined> {
  for (const place of places) {
    const real = await realpath(place).catch(() => place)
    if (real !== root && !real.startsWith(root + sep)) return place
  }
  return undefined
}

/** Packages and modules that lie directly in one of the source roots. */
export function topLevelNames(files: readonly string[], sourceRoots: readonly string[]): string[] {
  const names = new Set<string>()
  for (const root of sourceRoots) {
    for (const file of files) {
      const inside = within(root, file)
      if (inside === undefined) continue
      const [first = '', second, ...deeper] = inside.split('/')
      const name = second === undefined ? first.replace(/\.py$/, '') : first
      const isModule = second === undefined && first.endsWith('.py') && !/^test_|_test\.py$/.test(first)
      const isPackage = second === '__init__.py' && deeper.length === 0
      if ((isModule || isPackage) && /^[A-Za-z_]\w*$/.test(name) && !IGNORED.test(name)) names.add(name)
    }
  }
  return [...names].sort()
}
