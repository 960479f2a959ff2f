import { PatchlaneError } from '@patchlane/kernel'
import { type ProcessResult, runProcess } from '@patchlane/process'
import { GitCommandError, GitNotFoundError } from './errors.ts'
import { configArguments, gitEnvironment } from './git-environment.ts'

/** How long git may leave us without an answer, in milliseconds: then it is ended. */
export const ANSWER_MS = 120_000

export interface GitRequest {
  args: readonly string[]
  cwd?: string
  /** Added to the safe environment. */
  env?: Record<string, string | undefined>
  /** `name=value` settings, after the safe ones. */
  config?: readonly string[]
  input?: string | Uint8Array
  /** Exit codes that are answers. @default [0] */
  okExitCodes?: readonly number[]
  /** @default 120_000 */
  timeoutMs?: number
  /** More output than this is an error, since half an answer of git is none. @default 256 MiB */
  maxOutputBytes?: number
  signal?: AbortSignal
  /** Called once with git's pid, right after it started. */
  onStart?: (pid: number) => void
}

/**
 * Runs one git command in the safe environment.
 *
 * @throws {GitCommandError} on any other exit code, time-out, abort or too much output.
 * @throws {GitNotFoundError} when there is no git.
 */
export async function runGit(request: GitRequest): Promise<ProcessResult> {
  const result = await runProcess({
    file: 'git',
    args: [...configArguments(request.config), ...request.args],
    env: gitEnvironment(request.env),
    timeoutMs: request.timeoutMs ?? ANSWER_MS,
    maxOutputBytes: request.maxOutputBytes ?? 256 * 1024 * 1024,
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    ...(request.input === undefined ? {} : { input: request.input }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
    ...(request.onStart === undefined ? {} : { onStart: request.onStart }),
  }).catch((thrown: unknown) => {
    if (PatchlaneError.is(thrown) && thrown.code === 'PROCESS_PROGRAM_NOT_FOUND')
      throw new GitNotFoundError({ cause: thrown })
    throw thrown
  })
  const command = request.args.slice(0, 2).join(' ')
  if (result.timedOut) throw new GitCommandError(command, null, 'it ran out of time')
  if (result.aborted) throw new GitCommandError(command, null, 'it was stopped')
  if (result.truncated) throw new GitCommandError(command, result.exitCode, 'its answer is larger than allowed')
  if (result.exitCode === null || !(request.okExitCodes ?? [0]).includes(result.exitCode)) {
    throw new GitCommandError(command, result.exitCode, result.stderr)
  }
  return result
}
