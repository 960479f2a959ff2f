import type { TestRequest, TestResult, TestRunner } from '../test-runner.ts'
import { findInstalledTool } from './installed-tool.ts'
import { judgeJestReport } from './jest-report.ts'
import { runTool } from './run-tool.ts'
import { type NodeToolOptions, notInstalled } from './vitest-runner.ts'

/** The jest that the project has installed, with its JSON report. */
export class JestRunner implements TestRunner {
  readonly name = 'jest'
  readonly language = 'javascript'
  readonly selectsFiles = true
  readonly namesTests = true
  readonly #options: NodeToolOptions

  constructor(options: NodeToolOptions = {}) {
    this.#options = options
  }

  async run(request: TestRequest): Promise<TestResult> {
    const tool = findInstalledTool(request.directory, 'jest')
    if (tool === undefined) return notInstalled('jest', request.directory)
    const outcome = await runTool(this.name, request, (reportFile) => ({
      file: this.#options.node ?? 'node',
      args: [
        ...(this.#options.args ?? []).filter((argument) => argument.startsWith('--experimental')),
        tool.script,
        '--json',
        `--outputFile=${reportFile}`,
        '--testLocationInResults',
        '--ci',
        '--coverage=false',
        '--passWithNoTests',
        ...(this.#options.args ?? []).filter((argument) => !argument.startsWith('--experimental')),
        ...(request.files === 'all' ? [] : ['--runTestsByPath', ...request.files]),
      ],
    }))
    if ('broken' in outcome) return outcome.broken
    return judgeJestReport(this.name, request.directory, outcome.run)
  }
}
