import { firstLine } from '../shorten.ts'
import type { TestRequest, TestResult, TestRunner } from '../test-runner.ts'
import { countCases, failureOf, readJunit } from './junit.ts'
import { runTool } from './run-tool.ts'

export interface CommandRunnerOptions {
  /** Program and arguments. The argument `{files}` is replaced by the selected files, `{junit}` by the path of a JUnit report to write. */
  command: readonly [string, ...string[]]
  /** @default the program's name */
  name?: string
  env?: Record<string, string>
}

/** Any program that passes by exit status 0. Names failing tests if the program writes a JUnit report where `{junit}` says. */
export class CommandRunner implements TestRunner {
  readonly name: string
  readonly language = 'any'
  readonly selectsFiles: boolean
  readonly namesTests: boolean
  readonly #options: CommandRunnerOptions

  constructor(options: CommandRunnerOptions) {
    this.#options = options
    this.name = options.name ?? options.command[0]
    this.selectsFiles = options.command.includes('{files}')
    this.namesTests = options.command.some((argument) => argument.includes('{junit}'))
  }

  async run(request: TestRequest): Promise<TestResult> {
    const [file, ...args] = this.#options.command
    const files = request.files === 'all' ? [] : request.files
    const outcome = await runTool(this.name, request, (reportFile) => ({
      file,
      args: args.flatMap((argument) => (argument === '{files}' ? files : argument.replaceAll('{junit}', reportFile))),
      env: this.#options.env ?? {},
    }))
    if ('broken' in outcome) return outcome.broken
    const { process, report, output } = outcome.run
    const cases = this.namesTests ? (readJunit(report) ?? []) : []
    const failures = cases
      .filter((test) => test.outcome === 'failed')
      .map((test) => failureOf(test, { file: test.file, line: test.line, name: [test.className, test.name].join('.') }))
    if (failures.length === 0 && process.exitCode !== 0) {
      const how = process.signal === null ? `status ${process.exitCode}` : `signal ${process.signal}`
      const message = `\`${[file, ...args].join(' ')}\` ended with ${how}: ${firstLine(process.stderr || process.stdout)}`
      failures.push({ test: this.name, message, output })
    }
    const failed = failures.length > 0
    return {
      outcome: failed ? 'failed' : 'passed',
      files: [...files].sort(),
      ...countCases(cases),
      ...(failed && cases.length === 0 ? { failed: 1 } : {}),
      failures,
      output: failed ? output : '',
      durationMs: process.durationMs,
    }
  }
}
