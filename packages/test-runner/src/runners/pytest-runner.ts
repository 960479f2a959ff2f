import { errorMessage } from '@patchlane/kernel'
import { cleanEnvironment, runProcess } from '@patchlane/process'
import type { TestRequest, TestResult, TestRunner } from '../test-runner.ts'
import { relativeTo } from './installed-tool.ts'
import { countCases, failureOf, type JunitCase, readJunit } from './junit.ts'
import { brokenResult, runTool } from './run-tool.ts'

export interface PytestOptions {
  /** The interpreter that has pytest and the project's dependencies. @default 'python3', from PATH */
  python?: string
  /** Folders with the project's own code, absolute; they come before every installed copy of it. @default the request's directory */
  sourceRoots?: readonly string[]
  /** More arguments for pytest, before the files. */
  args?: readonly string[]
}

/** What pytest's exit status says when it is not about tests. */
const PROBLEMS: Record<number, string> = {
  2: 'pytest was interrupted',
  3: 'pytest had an internal error',
  4: 'pytest was called wrongly, or its configuration is wrong',
}

/** pytest in the project's interpreter, with its JUnit report. */
export class PytestRunner implements TestRunner {
  readonly name: string = 'pytest'
  readonly language = 'python'
  readonly selectsFiles = true
  readonly namesTests = true
  readonly #options: PytestOptions

  constructor(options: PytestOptions = {}) {
    this.#options = options
  }

  async whyUnavailable(directory: string): Promise<string | undefined> {
    const python = this.#options.python ?? 'python3'
    const remedy =
      "Install the project's dependencies into its .venv, or name another interpreter in the configuration."
    try {
      const { exitCode } = await runProcess({
        file: python,
        args: ['-c', 'import pytest'],
        cwd: directory,
        env: cleanEnvironment({}),
        timeoutMs: 60_000,
      })
      return exitCode === 0 ? undefined : `${python} has no pytest. ${remedy}`
    } catch (error) {
      return `${python} cannot be started: ${errorMessage(error)} ${remedy}`
    }
  }

  run(request: TestRequest): Promise<TestResult> {
    return this.runWith(request, [], {})
  }

  protected async runWith(request: TestRequest, args: string[], env: Record<string, string>): Promise<TestResult> {
    const { directory, files } = request
    const outcome = await runTool(this.name, request, (reportFile) => ({
      file: this.#options.python ?? 'python3',
      args: [
        '-m',
        'pytest',
        '-o',
        `cache_dir=${reportFile}-cache`,
        `--junitxml=${reportFile}`,
        '-o',
        'junit_family=xunit1',
        ...(this.#options.args ?? []),
        ...args,
        ...(files === 'all' ? [] : files),
      ],
      env: { ...pythonEnvironment(directory, this.#options.sourceRoots), ...env },
    }))
    if ('broken' in outcome) return outcome.broken
    const { process, report, output } = outcome.run
    const cases = readJunit(report)
    if (cases === undefined || !isVerdict(process.exitCode, cases)) {
      const why = PROBLEMS[process.exitCode ?? -1] ?? `pytest ended with status ${process.exitCode} and wrote no report`
      return brokenResult(`${why}.`, output, process.durationMs)
    }
    const failures = cases
      .filter((test) => test.outcome === 'failed')
      .map((test) => failureOf(test, { ...placeOf(test, directory), name: nodeId(test, directory) }))
    if (failures.length === 0 && process.exitCode === 1) {
      failures.push({ test: 'pytest (outside any test)', message: 'pytest failed though no single test did.', output })
    }
    return {
      outcome: failures.length > 0 ? 'failed' : process.exitCode === 5 ? 'none' : 'passed',
      files: [...new Set(cases.flatMap((test) => fileOf(test, directory) ?? []))].sort(),
      ...countCases(cases),
      failures,
      output: failures.length > 0 ? output : '',
      durationMs: process.durationMs,
    }
  }
}

/**
 * The environment in which the project's own code is found in `directory` first: an editable install that points at another checkout comes
 * later on the path. No bytecode is written, so that a staging folder stays as it is.
 */
export function pythonEnvironment(
  directory: string,
  sourceRoots: readonly string[] = [directory],
): Record<string, string> {
  return {
    PYTHONPATH: sourceRoots.join(process.platform === 'win32' ? ';' : ':'),
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUNBUFFERED: '1',
  }
}

/** Status 2 is also how pytest says that a file could not be collected; then the report names the file. */
function isVerdict(exitCode: number | null, cases: readonly JunitCase[]): boolean {
  if (exitCode === 2) return cases.some((test) => test.outcome === 'failed')
  return exitCode === 0 || exitCode === 1 || exitCode === 5
}

function fileOf(test: JunitCase, directory: string): string | undefined {
  return test.file === undefined ? undefined : relativeTo(directory, test.file)
}

/** pytest counts the lines of a definition from 0, but its trace names the line that failed. */
function placeOf(test: JunitCase, directory: string): { file: string | undefined; line: number | undefined } {
  const file = fileOf(test, directory)
  const traced = file === undefined ? [] : [...test.output.matchAll(/^(\S+?):(\d+): /gm)].filter((m) => m[1] === file)
  const line = traced.at(-1)?.[2]
  return { file, line: line === undefined ? (test.line === undefined ? undefined : test.line + 1) : Number(line) }
}

/** The name by which pytest can run this test again: `tests/test_a.py::TestK::test_p[2]`. */
function nodeId(test: JunitCase, directory: string): string {
  const file = fileOf(test, directory)
  if (file === undefined) return test.className === '' ? test.name : `${test.className}.${test.name}`
  const module = file.replace(/\.py$/, '').replaceAll('/', '.')
  if (test.className === '') return file
  const classes = test.className === module ? [] : test.className.slice(module.length + 1).split('.')
  return [file, ...classes, test.name].join('::')
}
