import type { TestRequest, TestResult, TestRunner } from '../test-runner.ts'
import { findInstalledTool } from './installed-tool.ts'
import { judgeJestReport } from './jest-report.ts'
import { brokenResult, runTool } from './run-tool.ts'

export interface NodeToolOptions {
  /** The node program that runs the project's tests. @default 'node', from PATH */
  node?: string
  /** More arguments for the runner, before the files. */
  args?: readonly string[]
}

/** The vitest that the project has installed, with its JSON reporter. */
export class VitestRunner implements TestRunner {
  readonly name = 'vitest'
  readonly language = 'javascript'
  readonly selectsFiles = true
  readonly namesTests = true
  readonly #options: NodeToolOptions

  constructor(options: NodeToolOptions = {}) {
    this.#options = options
  }

  async run(request: TestRequest): Promise<TestResult> {
    const tool = findInstalledTool(request.directory, 'vitest')
    if (tool === undefined) return notInstalled('vitest', request.directory)
    const outcome = await runTool(this.name, request, (reportFile) => ({
      file: this.#options.node ?? 'node',
      args: [
        tool.script,
        'run',
        '--reporter=json',
        `--outputFile=${reportFile}`,
        '--includeTaskLocation',
        '--coverage.enabled=false',
        '--passWithNoTests',
        ...(this.#options.args ?? []),
        ...(request.files === 'all' ? [] : request.files),
      ],
    }))
    if ('broken' in outcome) return outcome.broken
    return judgeJestReport(this.name, request.directory, outcome.run)
  }
}

export function notInstalled(name: string, directory: string): TestResult {
  return brokenResult(
    `${name} is not installed where ${directory} would find it. Install the project's dependencies.`,
    '',
    0,
  )
}
