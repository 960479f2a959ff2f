import type { TestRequest, TestResult, TestRunner } from '../test-runner.ts'
import { relativeTo } from './installed-tool.ts'
import { lineInTrace } from './jest-report.ts'
import type { NodeToolOptions } from './json-report-runner.ts'
import { countCases, failureOf, readJunit } from './junit.ts'
import { brokenResult, runTool } from './run-tool.ts'

export interface NodeTestOptions extends NodeToolOptions {
  /** Files or globs that make up a full run. @default node's own search */
  allFiles?: readonly string[]
}

/** Node's own test runner, with its JUnit reporter. `args` are node's, for example `--import tsx`. */
export class NodeTestRunner implements TestRunner {
  readonly name = 'node:test'
  readonly language = 'javascript'
  readonly selectsFiles = true
  readonly namesTests = true
  readonly #options: NodeTestOptions

  constructor(options: NodeTestOptions = {}) {
    this.#options = options
  }

  async run(request: TestRequest): Promise<TestResult> {
    const { directory, files } = request
    const outcome = await runTool(this.name, request, (reportFile) => ({
      file: this.#options.node ?? 'node',
      args: [
        '--test',
        '--test-reporter=junit',
        `--test-reporter-destination=${reportFile}`,
        '--test-reporter=tap',
        '--test-reporter-destination=stdout',
        ...(this.#options.args ?? []),
        ...(files === 'all' ? (this.#options.allFiles ?? []) : files),
      ],
      // Set by a surrounding run of the same runner; it would make this one a child that reports to it.
      env: { NODE_TEST_CONTEXT: undefined },
    }))
    if ('broken' in outcome) return outcome.broken
    const { report, process, output } = outcome.run
    const cases = readJunit(report)
    if (cases === undefined) {
      return brokenResult(
        `node --test ended with status ${process.exitCode} and wrote no report.`,
        output,
        process.durationMs,
      )
    }
    const failures = cases
      .filter((test) => test.outcome === 'failed')
      .map((test) => {
        const file = test.file === undefined ? undefined : relativeTo(directory, test.file)
        const line = file === undefined ? undefined : lineInTrace(test.output, file)
        const failure = failureOf(test, { file, line, name: [...test.suites, test.name].join(' > ') })
        // A file that cannot be loaded says why on its own output only.
        return failure.message === 'test failed' ? { ...failure, output } : failure
      })
    if (failures.length === 0 && process.exitCode !== 0) {
      const message = `node --test ended with status ${process.exitCode} though no single test failed.`
      failures.push({ test: 'node:test (outside any test)', message, output })
    }
    return {
      outcome: failures.length > 0 ? 'failed' : cases.length === 0 ? 'none' : 'passed',
      files: [
        ...new Set(cases.flatMap((test) => (test.file === undefined ? [] : relativeTo(directory, test.file)))),
      ].sort(),
      ...countCases(cases),
      failures,
      output: failures.length > 0 ? output : '',
      durationMs: process.durationMs,
    }
  }
}
