import type { TestRequest } from '../test-runner.ts'
import { JsonReportRunner } from './json-report-runner.ts'

/** The jest that the project has installed, with its JSON report. */
export class JestRunner extends JsonReportRunner {
  readonly name = 'jest'

  protected commandLine(script: string, reportFile: string, extra: readonly string[], files: TestRequest['files']) {
    // Node's own switches (`--experimental-vm-modules`) go before the script.
    const isNodeSwitch = (argument: string) => argument.startsWith('--experimental')
    return [
      ...extra.filter(isNodeSwitch),
      script,
      '--json',
      `--outputFile=${reportFile}`,
      '--testLocationInResults',
      '--ci',
      '--coverage=false',
      '--passWithNoTests',
      ...extra.filter((argument) => !isNodeSwitch(argument)),
      ...(files === 'all' ? [] : ['--runTestsByPath', ...files]),
    ]
  }
}
