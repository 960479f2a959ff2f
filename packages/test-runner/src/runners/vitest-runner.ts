import type { TestRequest } from '../test-runner.ts'
import { JsonReportRunner } from './json-report-runner.ts'

/** The vitest that the project has installed, with its JSON reporter. */
export class VitestRunner extends JsonReportRunner {
  readonly name = 'vitest'

  protected commandLine(script: string, reportFile: string, extra: readonly string[], files: TestRequest['files']) {
    return [
      script,
      'run',
      '--reporter=json',
      `--outputFile=${reportFile}`,
      '--includeTaskLocation',
      '--coverage.enabled=false',
      '--passWithNoTests',
      ...extra,
      ...(files === 'all' ? [] : files),
    ]
  }
}
