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

/** A runner that the project has installed from npm and that writes jest's JSON report. */
export abstract class JsonReportRunner implements TestRunner {
  abstract readonly name: string
  readonly language = 'javascript'
  readonly selectsFiles = true
  readonly namesTests = true
  readonly #options: NodeToolOptions

  constructor(options: NodeToolOptions = {}) {
    this.#options = options
  }

  /** What node is given to run `files` with the tool's `script`; the user's own arguments are `extra`. */
  protected abstract commandLine(
    script: string,
    reportFile: string,
    extra: readonly string[],
    files: TestRequest['files'],
  ): string[]

  async whyUnavailable(directory: string): Promise<string | undefined> {
    return findInstalledTool(directory, this.name) === undefined ? this.#notInstalled(directory) : undefined
  }

  async run(request: TestRequest): Promise<TestResult> {
    const tool = findInstalledTool(request.directory, this.name)
    if (tool === undefined) return brokenResult(this.#notInstalled(request.directory), '', 0)
    const outcome = await runTool(this.name, request, (reportFile) => ({
      file: this.#options.node ?? 'node',
      args: this.commandLine(tool.script, reportFile, this.#options.args ?? [], request.files),
    }))
    if ('broken' in outcome) return outcome.broken
    return judgeJestReport(this.name, request.directory, outcome.run)
  }

  #notInstalled(directory: string): string {
    return `${this.name} is not installed where ${directory} would find it. Install the project's dependencies.`
  }
}
