import { z } from 'zod'
import { firstLine, shorten } from '../shorten.ts'
import type { TestFailure, TestResult } from '../test-runner.ts'
import { relativeTo } from './installed-tool.ts'
import { brokenResult, type ToolRun } from './run-tool.ts'

/** The part that jest's and vitest's JSON reports share. */
const reportSchema = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().nullish(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
          location: z.object({ line: z.number() }).nullish(),
        }),
      ),
    }),
  ),
})
type FileReport = z.infer<typeof reportSchema>['testResults'][number]

/** Judges a run by its JSON report and its exit code: green needs both. */
export function judgeJestReport(name: string, directory: string, run: ToolRun): TestResult {
  const parsed = parse(run.report)
  const { durationMs } = run.process
  if (parsed === undefined) {
    return brokenResult(
      `${name} ended with status ${run.process.exitCode} and wrote no report.`,
      run.output,
      durationMs,
    )
  }
  const failures = parsed.testResults.flatMap((file) => failuresOf(file, directory))
  const statuses = parsed.testResults.flatMap((file) => file.assertionResults.map((test) => test.status))
  const passed = statuses.filter((status) => status === 'passed').length
  const failed = failures.length
  if (failures.length === 0 && (run.process.exitCode !== 0 || !parsed.success) && statuses.length > 0) {
    failures.push({
      test: `${name} (outside any test)`,
      message: `${name} ended with status ${run.process.exitCode} though no single test failed.`,
      output: run.output,
    })
  }
  return {
    outcome: failures.length > 0 ? 'failed' : statuses.length === 0 ? 'none' : 'passed',
    files: parsed.testResults.map((file) => relativeTo(directory, file.name)).sort(),
    passed,
    failed,
    skipped: statuses.length - passed - statuses.filter((status) => status === 'failed').length,
    failures,
    output: failures.length > 0 ? run.output : '',
    durationMs,
  }
}

function failuresOf(file: FileReport, directory: string): TestFailure[] {
  const path = relativeTo(directory, file.name)
  const failed = file.assertionResults.filter((test) => test.status === 'failed')
  if (failed.length === 0 && file.status === 'failed') {
    const message = file.message ?? ''
    return [
      { file: path, test: path, message: firstLine(message) || 'The file could not be run.', output: shorten(message) },
    ]
  }
  return failed.map((test) => {
    const text = (test.failureMessages ?? []).join('\n')
    const line = test.location?.line ?? lineInTrace(text, path)
    return {
      file: path,
      ...(line === undefined ? {} : { line }),
      test: test.fullName.trim(),
      message: firstLine(text),
      output: shorten(text),
    }
  })
}

/** Where the test file itself appears in a stack trace. */
export function lineInTrace(trace: string, path: string): number | undefined {
  const at = trace.split('\n').find((line) => line.includes(`${path}:`))
  const line = at?.slice(at.indexOf(`${path}:`) + path.length + 1).match(/^(\d+)/)?.[1]
  return line === undefined || Number(line) < 1 ? undefined : Number(line)
}

function parse(report: string | null): z.infer<typeof reportSchema> | undefined {
  if (report === null) return undefined
  try {
    return reportSchema.parse(JSON.parse(report))
  } catch {
    return undefined
  }
}
