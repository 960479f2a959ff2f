import { join } from 'node:path'
import { type CheckReport, checkReportSchema, errorMessage, type Finding, PatchlaneError } from '@patchlane/kernel'
import type { z } from 'zod'
import { detectTestRunners } from './detect/detect-test-runners.ts'
import { readPackages } from './detect/manifests.ts'
import type { PythonOptions } from './detect/python-projects.ts'
import type { TestProject } from './detect/test-project.ts'
import { UnknownRunnerError } from './errors.ts'
import type { TestPlan } from './impact/affected-tests.ts'
import { type Impact, TestImpactAnalyzer } from './impact/test-impact-analyzer.ts'
import { type SplitFailures, splitFailures } from './older-failures.ts'
import { probeNodeProject } from './probe/probe-node-project.ts'
import type { ProbeProblem } from './probe/probe-problem.ts'
import { probePythonProject } from './probe/probe-python-project.ts'
import { listProjectFiles } from './project-files.ts'
import type { NodeToolOptions } from './runners/json-report-runner.ts'
import type { TestFailure, TestRequest, TestResult } from './test-runner.ts'
import type { TestVerdictCache } from './verdict-cache.ts'
import { VerdictKeys } from './verdict-keys.ts'

/** The part of a gateway's check context that tests need. */
export interface TestCheckContext {
  /** Holds exactly the tree to be judged. */
  directory: string
  paths: readonly string[]
  deleted: readonly string[]
  signal: AbortSignal
  log(line: string): void
  /** Calls `work` while `directory` holds the tree without the change. Without it, each failure counts as the change's. */
  onBase?<T>(work: () => Promise<T>): Promise<T>
}

export interface TestCheckOptions {
  /** `affected` runs the tests that the change can affect, `all` runs everything. @default 'affected' */
  select?: 'affected' | 'all'
  /** What runs which tests, for a tree's root; for projects that detection does not understand. @default detection */
  projects?: (directory: string, files: readonly string[], signal: AbortSignal) => Promise<TestProject[]>
  /** Only these runners, by name. @default all that are found */
  runners?: readonly string[]
  node?: NodeToolOptions
  python?: PythonOptions
  /** Prove first that the tests would see the staged code. @default true */
  probe?: boolean
  /** For each project's run. @default 900_000 */
  timeoutMs?: number
  maxOutputBytes?: number
  /** Added to the clean environment of the tests. */
  env?: Record<string, string>
  /** Green verdicts by what they depend on. @default none: every selected test runs */
  cache?: TestVerdictCache
  /** What decides a test's result and is not in the tree; part of the cache's keys. @default node's version and the platform */
  environmentKey?: string
  analyzer?: TestImpactAnalyzer
  /** What becomes of tests that fail without the change, too: left aside, as warnings, or held against it. @default 'aside' */
  olderFailures?: 'aside' | 'fail'
}

/** Structurally the gateway's check: the tests that a patch affects. One report for each project that had something to run. */
export interface TestCheck {
  readonly name: 'tests'
  readonly kind: 'tests'
  run(context: TestCheckContext): Promise<CheckReport[]>
}

export function testCheck(options: TestCheckOptions = {}): TestCheck {
  const analyzer = options.analyzer ?? new TestImpactAnalyzer()
  return {
    name: 'tests',
    kind: 'tests',
    async run(context) {
      const startedAt = performance.now()
      try {
        return await judge(context, options, analyzer)
      } catch (error) {
        const remedy = PatchlaneError.is(error) ? error.remedy : undefined
        const summary = [errorMessage(error), remedy].filter((part) => part !== undefined).join(' ')
        return [report({ check: 'tests', outcome: 'broken', summary, durationMs: performance.now() - startedAt })]
      }
    },
  }
}

async function judge(
  context: TestCheckContext,
  options: TestCheckOptions,
  analyzer: TestImpactAnalyzer,
): Promise<CheckReport[]> {
  const startedAt = performance.now()
  const { directory, signal } = context
  const elapsed = () => performance.now() - startedAt
  const files = await listProjectFiles(directory, signal)
  const projects = await projectsOf(context, options, files)
  if (projects.length === 0) {
    const summary = 'No test runner was found. Name one in the configuration if the project has tests.'
    return [report({ check: 'tests', outcome: 'skipped', summary, durationMs: elapsed() })]
  }
  const impact = await analyzer.affected({
    directory,
    files,
    projects,
    changed: context.paths,
    deleted: context.deleted,
    signal,
  })
  const plans =
    options.select === 'all'
      ? projects.map((project) => ({ project, files: 'all' as const, reasons: ['all tests were asked for'] }))
      : impact.plans
  if (plans.length === 0) {
    const summary = `No test depends on what changed; ${impact.known} test files left out.`
    return [report({ check: 'tests', outcome: 'skipped', summary, durationMs: elapsed() })]
  }
  const keys = new VerdictKeys(
    impact,
    options.environmentKey ?? `${process.version} ${process.platform} ${process.arch}`,
  )
  const packages = await readPackages(directory, files)
  const reports: CheckReport[] = []
  for (const plan of plans) {
    signal.throwIfAborted()
    const problems = options.probe === false ? [] : await probe(directory, files, plan.project, packages, signal)
    if (problems.length > 0) reports.push(untrue(plan, problems))
    else reports.push(await runPlan(plan, context, options, impact, keys))
  }
  return reports
}

async function projectsOf(
  context: TestCheckContext,
  options: TestCheckOptions,
  files: readonly string[],
): Promise<TestProject[]> {
  const { directory, signal } = context
  const found =
    options.projects === undefined
      ? await detectTestRunners({
          directory,
          files,
          signal,
          ...(options.node === undefined ? {} : { node: options.node }),
          ...(options.python === undefined ? {} : { python: options.python }),
        })
      : await options.projects(directory, files, signal)
  const wanted = options.runners ?? []
  const names = found.map((project) => project.runner.name)
  const unknown = wanted.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new UnknownRunnerError(unknown, names)
  return wanted.length === 0 ? found : found.filter((project) => wanted.includes(project.runner.name))
}

async function probe(
  directory: string,
  files: readonly string[],
  project: TestProject,
  packages: Awaited<ReturnType<typeof readPackages>>,
  signal: AbortSignal,
): Promise<ProbeProblem[]> {
  if (project.runner.language === 'python') return probePythonProject(directory, files, project, signal)
  return packages.has(project.directory) ? probeNodeProject(directory, project.directory, packages) : []
}

async function runPlan(
  plan: TestPlan,
  context: TestCheckContext,
  options: TestCheckOptions,
  impact: Impact,
  keys: VerdictKeys,
): Promise<CheckReport> {
  const { project } = plan
  const { runner } = project
  const prefix = project.directory === '' ? '' : `${project.directory}/`
  const name = prefix === '' ? runner.name : `${runner.name} (${project.directory})`
  const known = plan.files === 'all' ? new Set<string>() : await knownVerdicts(plan.files, plan, options.cache, keys)
  const files = plan.files === 'all' ? plan.files : plan.files.filter((file) => !known.has(file))
  const total = [...impact.built.tests.values()].filter((owner) => owner === project).length
  const selected = plan.files === 'all' ? 'all test files' : `${plan.files.length} of ${total} test files`
  if (files.length === 0) {
    const summary = `${selected} selected; all passed before on the same content.`
    return report({ check: name, outcome: 'passed', summary, durationMs: 0, cached: true })
  }
  context.log(`${name}: running ${selected}${known.size > 0 ? `, ${known.size} of them known to pass` : ''}`)
  const run = (files: TestRequest['files']) =>
    runner.run({
      directory: join(context.directory, project.directory),
      files,
      signal: context.signal,
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      ...(options.maxOutputBytes === undefined ? {} : { maxOutputBytes: options.maxOutputBytes }),
      ...(options.env === undefined ? {} : { env: options.env }),
    })
  const result = await run(files)
  if (files !== 'all' && result.outcome === 'passed') await remember(files, result, plan, options.cache, keys)
  const about = { name, prefix, selected, plan, known: known.size }
  const { onBase } = context
  if (result.outcome !== 'failed' || onBase === undefined || options.olderFailures === 'fail')
    return reportOf(about, result, { added: result.failures, older: [] })
  context.log(`${name}: looking which of ${result.failures.length} failures were there before`)
  return reportOf(about, result, await splitFailures(result.failures, (failed) => onBase(() => run(failed))))
}

async function knownVerdicts(
  files: readonly string[],
  { project }: TestPlan,
  cache: TestVerdictCache | undefined,
  keys: VerdictKeys,
): Promise<Set<string>> {
  const known = new Set<string>()
  if (cache === undefined) return known
  const prefix = project.directory === '' ? '' : `${project.directory}/`
  for (const file of files) {
    if ((await cache.get(await keys.keyOf(prefix + file, project))) !== undefined) known.add(file)
  }
  return known
}

async function remember(
  files: readonly string[],
  result: TestResult,
  { project }: TestPlan,
  cache: TestVerdictCache | undefined,
  keys: VerdictKeys,
): Promise<void> {
  if (cache === undefined) return
  const prefix = project.directory === '' ? '' : `${project.directory}/`
  const ran = new Set(result.files)
  for (const file of files) {
    if (ran.has(file))
      await cache.set(await keys.keyOf(prefix + file, project), { passed: result.passed, skipped: result.skipped })
  }
}

interface RunFacts {
  name: string
  /** Of the project's folder. */
  prefix: string
  selected: string
  plan: TestPlan
  /** Files not run, since they passed before on the same content. */
  known: number
}

function reportOf(run: RunFacts, result: TestResult, { added, older }: SplitFailures): CheckReport {
  const { name, prefix, selected, plan } = run
  const { passed, failed, skipped, durationMs, output } = result
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`
  const base = { check: name, output, durationMs }
  const cached = run.known > 0 ? `; ${run.known} files known to pass` : ''
  switch (result.outcome) {
    case 'broken':
      return report({ ...base, outcome: 'broken', summary: result.problem ?? `${name} did not do its work.` })
    case 'failed': {
      const aside =
        older.length > 0 ? `; ${older.length} older ${older.length === 1 ? 'failure' : 'failures'} left aside` : ''
      const known = older.map((failure) => finding(failure, prefix, 'warning'))
      const [first] = added
      if (first === undefined)
        return report({ ...base, outcome: 'passed', summary: `${counts} in ${selected}${aside}`, findings: known })
      const rest = added.length > 1 ? ` and ${added.length - 1} more` : ''
      const summary = `${first.test} failed${rest}: ${first.message} (${counts}${aside})`
      const findings = [...added.map((failure) => finding(failure, prefix, 'error')), ...known]
      return report({ ...base, outcome: 'failed', summary, findings })
    }
    case 'none': {
      const summary = `${selected} selected, and the runner found no test in them.`
      return report({ ...base, outcome: plan.files === 'all' ? 'skipped' : 'passed', summary })
    }
    case 'passed':
      return report({
        ...base,
        outcome: 'passed',
        summary: `${counts} in ${selected}${cached} (${shortReasons(plan.reasons)})`,
      })
  }
}

function finding(failure: TestFailure, prefix: string, severity: Finding['severity']): Finding {
  return {
    severity,
    rule: failure.test,
    message: [`${failure.test}: ${failure.message}`, failure.output].filter((part) => part !== '').join('\n'),
    ...(failure.file === undefined ? {} : { path: prefix + failure.file }),
    ...(failure.line === undefined ? {} : { line: failure.line }),
  }
}

function untrue(plan: TestPlan, problems: readonly ProbeProblem[]): CheckReport {
  const [first] = problems
  return report({
    check: plan.project.runner.name,
    outcome: 'broken',
    summary: `The tests would not judge the staged code: ${first?.message ?? ''} ${first?.remedy ?? ''}`,
    findings: problems.map(({ message, remedy }) => ({ severity: 'error' as const, message: `${message} ${remedy}` })),
    durationMs: 0,
  })
}

function shortReasons(reasons: readonly string[]): string {
  return reasons.length > 2
    ? `${reasons.slice(0, 2).join('; ')}; and ${reasons.length - 2} more reasons`
    : reasons.join('; ')
}

function report(input: Omit<z.input<typeof checkReportSchema>, 'kind'>): CheckReport {
  return checkReportSchema.parse({ ...input, kind: 'tests' })
}
