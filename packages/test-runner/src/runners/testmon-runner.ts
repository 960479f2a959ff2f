import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { TestFailure, TestRequest, TestResult } from '../test-runner.ts'
import { type PytestOptions, PytestRunner } from './pytest-runner.ts'

export interface TestmonOptions extends PytestOptions {
  /** testmon's record of what each test executed. Keep it outside of staging, one for each repository and target. */
  dataFile: string
}

/**
 * pytest with testmon. What it recorded may only *add* tests: the files that static evidence selected run in any case, and of the rest
 * those that testmon knows to be affected. On the first run there is no record, and everything runs.
 */
export class TestmonRunner extends PytestRunner {
  override readonly name = 'testmon'
  readonly #dataFile: string

  constructor(options: TestmonOptions) {
    super(options)
    this.#dataFile = options.dataFile
  }

  override async run(request: TestRequest): Promise<TestResult> {
    await mkdir(dirname(this.#dataFile), { recursive: true })
    const env = { TESTMON_DATAFILE: this.#dataFile }
    if (request.files === 'all') return this.runWith(request, ['--testmon', '--testmon-noselect'], env)
    const selected = await this.runWith(request, ['--testmon', '--testmon-noselect'], env)
    if (selected.outcome === 'broken') return selected
    // The files just run are up to date in the record now, so that this run is about the rest only.
    const recorded = await this.runWith({ ...request, files: 'all' }, ['--testmon'], env)
    return union(selected, recorded)
  }
}

function union(a: TestResult, b: TestResult): TestResult {
  if (b.outcome === 'broken') return b
  const outcomes = [a.outcome, b.outcome]
  // What failed in the first run is tried again by testmon; it is one failure.
  const again = b.failures.filter((failure) => a.failures.some((other) => isSame(failure, other))).length
  return {
    outcome: outcomes.includes('failed') ? 'failed' : outcomes.includes('passed') ? 'passed' : 'none',
    files: [...new Set([...a.files, ...b.files])].sort(),
    passed: a.passed + b.passed,
    failed: a.failed + b.failed - again,
    skipped: a.skipped + b.skipped,
    failures: [...a.failures, ...b.failures.filter((failure) => !a.failures.some((other) => isSame(failure, other)))],
    output: [a.output, b.output].filter((text) => text !== '').join('\n'),
    durationMs: a.durationMs + b.durationMs,
  }
}

function isSame(a: TestFailure, b: TestFailure): boolean {
  return a.file === b.file && a.test === b.test
}
