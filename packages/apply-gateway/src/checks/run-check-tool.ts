import { cleanEnvironment, type ProcessResult, runProcess } from '@patchlane/process'
import { ToolFailedError } from './check-errors.ts'
import { shorten } from './check-report.ts'

export interface ToolLimits {
  /** @default 300_000 */
  timeoutMs?: number
  /** @default 20_000_000 */
  maxOutputBytes?: number
}

export interface ToolCall extends ToolLimits {
  name: string
  file: string
  args: readonly string[]
  cwd: string
  env?: Record<string, string>
  input?: string
  signal: AbortSignal
  /** Exit codes that are answers about the code. */
  answers: readonly number[]
}

/**
 * Runs a tool without a shell, in a process group of its own, within its limits.
 *
 * @throws {ToolFailedError} when it did not end by itself with one of the exit codes that are answers.
 */
export async function runCheckTool(call: ToolCall): Promise<ProcessResult> {
  const timeoutMs = call.timeoutMs ?? 300_000
  const result = await runProcess({
    file: call.file,
    args: call.args,
    cwd: call.cwd,
    env: cleanEnvironment({ NO_COLOR: '1', FORCE_COLOR: '0', CI: 'true', ...call.env }),
    timeoutMs,
    maxOutputBytes: call.maxOutputBytes ?? 20_000_000,
    signal: call.signal,
    ...(call.input === undefined ? {} : { input: call.input }),
  })
  const output = shorten(`${result.stderr}\n${result.stdout}`)
  if (result.timedOut) throw new ToolFailedError(call.name, `did not end within ${timeoutMs / 1000} s`, output)
  if (result.aborted) throw new ToolFailedError(call.name, 'was ended before it was done', output)
  if (result.exitCode === null) throw new ToolFailedError(call.name, `was ended by ${result.signal}`, output)
  if (!call.answers.includes(result.exitCode)) {
    throw new ToolFailedError(call.name, `failed with status ${result.exitCode}`, output)
  }
  if (result.truncated) throw new ToolFailedError(call.name, 'wrote more output than allowed')
  return result
}
