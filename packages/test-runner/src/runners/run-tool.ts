import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorMessage, PatchlaneError } from '@patchlane/kernel'
import { cleanEnvironment, type ProcessResult, runProcess } from '@patchlane/process'
import { shorten } from '../shorten.ts'
import type { TestRequest, TestResult } from '../test-runner.ts'

const DEFAULT_TIMEOUT_MS = 900_000
const DEFAULT_OUTPUT_BYTES = 2_000_000
/** A report larger than this is not read: nobody mends a patch by it, and it could fill the memory. */
const MAX_REPORT_BYTES = 100_000_000

export interface ToolCommand {
  file: string
  args: string[]
  env?: Record<string, string | undefined>
}

/** A finished program with its report file's content; `report` is null if it wrote none. */
export interface ToolRun {
  process: ProcessResult
  report: string | null
  output: string
}

/**
 * Starts a test program that writes a report, and reads the report. `command` gets the path of the report file to name in its arguments.
 * Answers a broken result instead when the program could not be started, timed out or was ended.
 */
export async function runTool(
  name: string,
  request: TestRequest,
  command: (reportFile: string) => ToolCommand,
): Promise<{ run: ToolRun } | { broken: TestResult }> {
  const folder = await mkdtemp(join(tmpdir(), 'patchlane-tests-'))
  const startedAt = performance.now()
  try {
    const reportFile = join(folder, 'report')
    const { file, args, env } = command(reportFile)
    const lines = lineSplitter(request.onLine)
    const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS
    const process = await runProcess({
      file,
      args,
      cwd: request.directory,
      env: cleanEnvironment({ CI: 'true', NO_COLOR: '1', FORCE_COLOR: '0', ...env, ...request.env }),
      timeoutMs,
      maxOutputBytes: request.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES,
      onOutput: lines,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    })
    const output = shorten(`${process.stdout}\n${process.stderr}`)
    if (process.timedOut)
      return { broken: brokenResult(`${name} did not end within ${timeoutMs / 1000} s.`, output, process.durationMs) }
    if (request.signal?.aborted)
      return { broken: brokenResult(`${name} was ended before it was done.`, output, process.durationMs) }
    return { run: { process, report: await readReport(reportFile), output } }
  } catch (error) {
    const remedy = PatchlaneError.is(error) && error.remedy !== undefined ? ` ${error.remedy}` : ''
    return {
      broken: brokenResult(
        `${name} could not be started: ${errorMessage(error)}${remedy}`,
        '',
        performance.now() - startedAt,
      ),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export function brokenResult(problem: string, output: string, durationMs: number): TestResult {
  return { outcome: 'broken', files: [], passed: 0, failed: 0, skipped: 0, failures: [], problem, output, durationMs }
}

async function readReport(file: string): Promise<string | null> {
  try {
    const content = await readFile(file)
    return content.byteLength > MAX_REPORT_BYTES ? null : content.toString('utf8')
  } catch {
    return null
  }
}

function lineSplitter(onLine: ((line: string) => void) | undefined): (chunk: Buffer) => void {
  let rest = ''
  return (chunk) => {
    if (onLine === undefined) return
    const lines = (rest + chunk.toString('utf8')).split('\n')
    rest = (lines.pop() ?? '').slice(-10_000)
    for (const line of lines) onLine(line)
  }
}
