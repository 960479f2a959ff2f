// Diagnostics of a one-file patch from a warm language server, beside a cold run of the same checker on the same project.
//   node --conditions=@patchlane/source benchmarks/diagnostics.ts [--typescript DIR [--project TSCONFIG]] [--python DIR] [--patches N] [--cold RUNS]
// DIR is a git checkout; it is cloned, never changed. Its node_modules and .venv are linked. The default for TypeScript is this repository.
// The cold run is `tsc -p` of --project (default: every tsconfig.json), or `pyright`.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import type { CheckContext } from '@patchlane/apply-gateway'
import {
  DiagnosticsCheck,
  type DiagnosticsProvider,
  findNodeProgram,
  LspPool,
  type Program,
  pyrightDiagnostics,
  typescriptDiagnostics,
} from '@patchlane/apply-gateway/checks'
import { objectIdSchema, parseRepoPath } from '@patchlane/kernel'
import { patchFixture } from '@patchlane/kernel/testing'
import { TestImpactAnalyzer } from '@patchlane/test-runner'

const { values } = parseArgs({
  options: {
    typescript: { type: 'string', default: join(import.meta.dirname, '..') },
    project: { type: 'string' },
    python: { type: 'string' },
    patches: { type: 'string', default: '15' },
    cold: { type: 'string', default: '3' },
  },
})
const patches = Number(values.patches)
const coldRuns = Number(values.cold)
const tools = join(import.meta.dirname, '../packages/apply-gateway')
const pool = new LspPool({ timeoutMs: 600_000 })

function installed(name: string, bin: string): Program {
  const program = findNodeProgram(tools, name, bin)
  if (program === undefined) throw new Error(`${name} is not installed; run pnpm install`)
  return program
}

function git(directory: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.invalid', '-c', 'core.hooksPath=/dev/null']
  return execFileSync('git', ['-C', directory, ...identity, ...args], { encoding: 'utf8', maxBuffer: 1e9 })
}

interface Language {
  name: string
  source: string
  provider: DiagnosticsProvider
  /** Commands of one cold run over the project. */
  cold: (files: readonly string[]) => string[][]
  edit: (text: string, n: number) => string
}

async function measure({ name, source, provider, cold, edit }: Language): Promise<void> {
  const directory = join(mkdtempSync(join(tmpdir(), 'patchlane-bench-')), 'project')
  try {
    execFileSync('git', ['clone', '--quiet', '--no-hardlinks', source, directory])
    const files = git(directory, 'ls-files', '-z').split('\0').filter(Boolean)
    for (const folder of new Set(files.map((path) => dirname(path)))) linkDependencies(source, directory, folder)
    const subjects = files.filter((path) => provider.handles(path) && !path.endsWith('.d.ts'))
    const chosen = Array.from(
      { length: patches },
      (_, n) => subjects[Math.floor((n * subjects.length) / patches)] ?? '',
    )
    const coldTimes = Array.from({ length: coldRuns }, () =>
      timed(() => {
        for (const [file = '', ...args] of cold(files)) coldRun(directory, file, args)
      }),
    )
    const analyzer = new TestImpactAnalyzer()
    const narrow = new DiagnosticsCheck({ provider, dependentsOf: (request) => analyzer.dependents(request) })
    const wide = new DiagnosticsCheck({ provider })
    let head = objectIdSchema.parse(git(directory, 'rev-parse', 'HEAD').trim())
    const first = performance.now()
    const warm: { narrow: number[]; wide: number[] } = { narrow: [], wide: [] }
    let firstMs = 0
    const outcomes = new Map<string, number>()
    for (const [n, path] of [chosen[0] ?? '', ...chosen].entries()) {
      const place = join(directory, path)
      writeFileSync(place, edit(readFileSync(place, 'utf8'), n))
      git(directory, 'commit', '--quiet', '--all', '--allow-empty', '--message', `patch ${n}`)
      const commit = objectIdSchema.parse(git(directory, 'rev-parse', 'HEAD').trim())
      const context: CheckContext = {
        directory,
        base: head,
        commit,
        paths: [parseRepoPath(path)],
        deleted: [],
        patch: patchFixture(),
        signal: new AbortController().signal,
        log() {},
      }
      head = commit
      const kind = n % 2 === 0 ? 'narrow' : 'wide'
      const startedAt = performance.now()
      const [report] = await (kind === 'narrow' ? narrow : wide).run(context)
      outcomes.set(report?.outcome ?? 'none', (outcomes.get(report?.outcome ?? 'none') ?? 0) + 1)
      if (report?.outcome === 'broken') console.log(report.summary)
      if (n === 0) firstMs = performance.now() - first
      else warm[kind].push(performance.now() - startedAt)
    }
    const coldMs = median(coldTimes)
    console.log(
      `${name}: ${subjects.length} sources, ${patches} one-file patches (${[...outcomes].map(([o, c]) => `${c} ${o}`).join(', ')})`,
    )
    console.log(`  cold run of the checker      ${format(coldMs)}`)
    console.log(`  first patch (server starts)  ${format(firstMs)}`)
    for (const kind of ['narrow', 'wide'] as const) {
      const label = kind === 'narrow' ? 'warm, files that depend on it' : 'warm, every file'
      console.log(
        `  ${label.padEnd(29)}${format(median(warm[kind]))}  ratio ${(median(warm[kind]) / coldMs).toFixed(3)} (worst ${format(Math.max(...warm[kind]))})`,
      )
    }
  } finally {
    await pool.forget(directory)
    rmSync(dirname(directory), { recursive: true, force: true })
  }
}

function linkDependencies(source: string, directory: string, folder: string): void {
  for (const name of ['node_modules', '.venv']) {
    const place = join(directory, folder, name)
    if (existsSync(join(source, folder, name)) && !existsSync(place)) symlinkSync(join(source, folder, name), place)
  }
}

/** A checker that finds errors ends with a status of its own; only the time counts here. */
function coldRun(directory: string, file: string, args: readonly string[]): void {
  try {
    execFileSync(file, args, { cwd: directory, stdio: 'ignore' })
  } catch {}
}

function timed(work: () => void): number {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

function format(ms: number): string {
  return `${ms.toFixed(0).padStart(6)} ms`
}

const tsc = installed('@typescript/native', 'tsc')
await measure({
  name: 'TypeScript',
  source: values.typescript,
  provider: typescriptDiagnostics(pool, tsc),
  cold: (files) =>
    (values.project === undefined
      ? files.filter((path) => /(?:^|\/)tsconfig\.json$/.test(path))
      : [values.project]
    ).map((path) => [tsc.file, ...tsc.args, '-p', path, '--noEmit']),
  edit: (text, n) => `${text}\nexport const patchlaneBenchmark${n}: number = ${n}\n`,
})
if (values.python !== undefined) {
  const pyright = installed('pyright', 'pyright')
  await measure({
    name: 'Python',
    source: values.python,
    provider: pyrightDiagnostics(pool, installed('pyright', 'pyright-langserver')),
    cold: () => [[pyright.file, ...pyright.args]],
    edit: (text, n) => `${text}\npatchlane_benchmark_${n}: int = ${n}\n`,
  })
}
await pool.close()
