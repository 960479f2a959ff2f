import { execa, type Options } from 'execa'
import { cleanEnvironment } from './clean-environment.ts'
import { OutputBuffer } from './output-buffer.ts'
import { endGroup } from './process-group.ts'
import { startError } from './start-error.ts'

export interface ProcessRequest {
  /** A program, by name or path. Never a shell line. */
  file: string
  args?: readonly string[]
  /** @default this process's folder */
  cwd?: string
  /** The whole environment of the child. @default {@link cleanEnvironment} */
  env?: Record<string, string>
  /** Written to standard input, which is then closed; without it the child reads end-of-file. */
  input?: string | Uint8Array
  /** After this many milliseconds the whole group is ended. @default no limit */
  timeoutMs?: number
  /** Kept of each stream; what is over is read and dropped, from the middle. @default 10_000_000 */
  maxOutputBytes?: number
  /** Ends the whole group. */
  signal?: AbortSignal
  /** Sees every chunk as it comes, also what is dropped later. */
  onOutput?: (chunk: Buffer, stream: 'stdout' | 'stderr') => void
  /** Called once with the child's pid, right after it started. */
  onStart?: (pid: number) => void
}

export interface ProcessResult {
  /** Null when a signal ended it. */
  exitCode: number | null
  signal: string | null
  /** UTF-8; bytes that are not are replaced. Use `stdoutBytes` where bytes count. */
  readonly stdout: string
  readonly stderr: string
  stdoutBytes: Buffer
  stderrBytes: Buffer
  timedOut: boolean
  /** The request's signal ended it. */
  aborted: boolean
  /** Some output was left out. */
  truncated: boolean
  durationMs: number
}

/** Between the polite signal and the one that cannot be ignored. */
const GRACE_MS = 2_000
/** A background process that still holds the output when its parent has ended gets this long. */
const LINGER_MS = 500

/**
 * Runs a program to its end, in a process group of its own. When it ends, whatever it left running in the group is ended too.
 * What the program did (exit code, signal, time-out, abort) is the result, never an exception.
 *
 * @throws {ProgramNotFoundError} when there is no such program.
 * @throws {ProcessStartError} when the system would not start it.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const startedAt = performance.now()
  const limit = request.maxOutputBytes ?? 10_000_000
  const stdout = new OutputBuffer(limit)
  const stderr = new OutputBuffer(limit)
  const options = {
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    env: request.env ?? cleanEnvironment(),
    extendEnv: false,
    ...(request.input === undefined ? { stdin: 'ignore' as const } : { input: request.input }),
    ...(request.timeoutMs === undefined ? {} : { timeout: request.timeoutMs }),
    ...(request.signal === undefined ? {} : { cancelSignal: request.signal }),
    killDescendants: true,
    forceKillAfterDelay: GRACE_MS,
    buffer: false,
    reject: false,
    stripFinalNewline: false,
    encoding: 'buffer',
    windowsHide: true,
  } satisfies Options

  const child = execa(request.file, request.args ?? [], options)
  child.stdout.on('data', (chunk: Buffer) => {
    stdout.append(chunk)
    request.onOutput?.(chunk, 'stdout')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr.append(chunk)
    request.onOutput?.(chunk, 'stderr')
  })
  const { pid } = child
  if (pid !== undefined) request.onStart?.(pid)
  let linger: NodeJS.Timeout | undefined
  child.nodeChildProcess.once('exit', () => {
    linger = setTimeout(() => endGroup(pid), LINGER_MS)
  })

  const result = await child
  clearTimeout(linger)
  endGroup(pid)
  if (pid === undefined) throw startError(request.file, request.cwd, result.cause ?? result)
  const stdoutBytes = stdout.take()
  const stderrBytes = stderr.take()
  return {
    exitCode: result.exitCode ?? null,
    signal: result.signal ?? null,
    get stdout() {
      return stdoutBytes.toString('utf8')
    },
    get stderr() {
      return stderrBytes.toString('utf8')
    },
    stdoutBytes,
    stderrBytes,
    timedOut: result.timedOut,
    aborted: result.isCanceled,
    truncated: stdout.truncated || stderr.truncated,
    durationMs: performance.now() - startedAt,
  }
}
