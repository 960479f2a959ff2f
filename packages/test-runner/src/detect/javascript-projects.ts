import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { folderOf, nameOf } from '../project-files.ts'
import { CommandRunner } from '../runners/command-runner.ts'
import { JestRunner } from '../runners/jest-runner.ts'
import type { NodeToolOptions } from '../runners/json-report-runner.ts'
import { NodeTestRunner } from '../runners/node-test-runner.ts'
import { VitestRunner } from '../runners/vitest-runner.ts'
import type { TestRunner } from '../test-runner.ts'
import { dependenciesOf, type PackageManifest } from './manifests.ts'
import type { TestProject } from './test-project.ts'
import { readTestScript, type TestScript } from './test-script.ts'

const VITEST_FILES = ['**/*.{test,spec}.?(c|m)[jt]s?(x)']
const JEST_FILES = ['**/__tests__/**/*.?(c|m)[jt]s?(x)', '**/?(*.)+(spec|test).?(c|m)[jt]s?(x)']
const NODE_FILES = [
  '**/*.test.?(c|m)[jt]s',
  '**/*-test.?(c|m)[jt]s',
  '**/*_test.?(c|m)[jt]s',
  '**/test-*.?(c|m)[jt]s',
  '**/test.?(c|m)[jt]s',
  '**/test/**/*.?(c|m)[jt]s',
]
const ANY_FILES = [
  ...new Set([...JEST_FILES, ...NODE_FILES, '**/tests/**/*.?(c|m)[jt]s?(x)', '**/spec/**/*.?(c|m)[jt]s?(x)']),
]

/** The projects of packages with a test script or a test runner's configuration. */
export async function detectJavaScriptProjects(
  directory: string,
  files: readonly string[],
  packages: ReadonlyMap<string, PackageManifest>,
  options: NodeToolOptions = {},
): Promise<TestProject[]> {
  const projects: TestProject[] = []
  const commands: TestProject[] = []
  for (const [folder, manifest] of packages) {
    const here = files.filter((path) => folderOf(path) === folder)
    const choice = choose(manifest, here.map(nameOf))
    if (choice === undefined) continue
    const base = { directory: folder, reason: choice.reason, sourceRoots: [], testsDocuments: false }
    if (choice.runner === 'command') {
      const runner = scriptRunner(manifest, packages.get(''), files)
      commands.push({ ...base, runner, testFiles: ANY_FILES })
      continue
    }
    const toolOptions = { ...options, args: [...(options.args ?? []), ...(choice.script?.args ?? [])] }
    projects.push({
      ...base,
      runner: runnerOf(choice.runner, toolOptions, choice.script),
      testFiles: await testFilesOf(choice.runner, choice.script, directory, here),
    })
  }
  // A script at the top that only starts the packages' own tests would run them all a second time.
  return [...projects, ...commands.filter((command) => command.directory !== '' || projects.length === 0)]
}

interface Choice {
  runner: 'vitest' | 'jest' | 'node' | 'command'
  reason: string
  script?: TestScript
}

function choose(manifest: PackageManifest, names: readonly string[]): Choice | undefined {
  const script = readTestScript(manifest.scripts?.test)
  if (script !== undefined && script.program !== 'other') {
    return { runner: script.program, reason: `scripts.test of package.json runs ${script.program}`, script }
  }
  const config = names.find((name) => /^(?:vitest\.config|vitest\.workspace|jest\.config)\.\w+$/.test(name))
  if (config !== undefined)
    return { runner: config.startsWith('vitest') ? 'vitest' : 'jest', reason: `${config} is there` }
  if (manifest.jest !== undefined) return { runner: 'jest', reason: 'package.json configures jest' }
  if (script === undefined) return undefined
  const dependencies = dependenciesOf(manifest)
  const known = (['vitest', 'jest'] as const).filter((name) => dependencies.includes(name))
  const [only, ...others] = known
  if (only !== undefined && others.length === 0) return { runner: only, reason: `package.json depends on ${only}` }
  return { runner: 'command', reason: 'package.json has a test script of its own kind' }
}

function runnerOf(
  runner: 'vitest' | 'jest' | 'node',
  options: NodeToolOptions,
  script: TestScript | undefined,
): TestRunner {
  if (runner === 'vitest') return new VitestRunner(options)
  if (runner === 'jest') return new JestRunner(options)
  return new NodeTestRunner({ ...options, allFiles: script?.files ?? [] })
}

function scriptRunner(
  manifest: PackageManifest,
  top: PackageManifest | undefined,
  files: readonly string[],
): TestRunner {
  const declared = (manifest.packageManager ?? top?.packageManager)?.split('@')[0]
  const locked = files.includes('pnpm-lock.yaml') ? 'pnpm' : files.includes('yarn.lock') ? 'yarn' : 'npm'
  const manager = declared ?? locked
  return new CommandRunner({ name: `${manager} test`, command: [manager, 'run', 'test'] })
}

/** The runner's own patterns, and those a configuration or a script adds: rather one file too many than one too few. */
async function testFilesOf(
  runner: 'vitest' | 'jest' | 'node',
  script: TestScript | undefined,
  directory: string,
  here: readonly string[],
): Promise<string[]> {
  if (runner === 'node') return [...NODE_FILES, ...(script?.files ?? [])]
  const defaults = runner === 'vitest' ? VITEST_FILES : JEST_FILES
  const configs = here.filter((path) => /^(?:vitest|vite|jest)\.(?:config|workspace)\.\w+$/.test(nameOf(path)))
  const added = await Promise.all(
    configs.map(async (path) => configuredGlobs(await readFile(join(directory, path), 'utf8'))),
  )
  return [...new Set([...defaults, ...added.flat()])]
}

/** Globs of `include: [...]` and `testMatch: [...]`, apart from those of coverage. */
function configuredGlobs(config: string): string[] {
  const text = config.replace(/coverage\s*:\s*\{[^}]*\}/g, '')
  return [...text.matchAll(/\b(?:include|testMatch)\s*:\s*\[([^\]]*)\]/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/["'`]([^"'`]+)["'`]/g)].map(([, glob = '']) => glob.replace('<rootDir>/', '')),
  )
}
