import { Socket } from 'node:net'
import { finished, type Readable, type Writable } from 'node:stream'
import { execa } from 'execa'
import { cleanEnvironment } from './clean-environment.ts'
import { OutputBuffer } from './output-buffer.ts'
import { endGroup } from './process-group.ts'
import { startError } from './start-error.ts'

export interface ServiceRequest {
  file: string
  args?: readonly string[]
  cwd?: string
  /** The whole environment of the child. @default cleanEnvironment() */
  env?: Record<string, string>
  /** Kept of standard error, for messages. @default 65_536 */
  maxErrorBytes?: number
}

export interface ServiceExit {
  exitCode: number | null
  signal: string | null
}

/** A long-lived child that is talked to through its standard streams. */
export interface Service {
  readonly pid: number
  readonly stdin: Writable
  readonly stdout: Readable
  /** Settles once, when the child has ended and its error output is read; never rejects. */
  readonly exited: Promise<ServiceExit>
  readonly running: boolean
  /** What it wrote to standard error so far, shortened. */
  errorOutput(): string
  /** Whether this child alone keeps this process alive. It does at first. */
  keepAlive(wanted: boolean): void
  /** Closes its input, waits `graceMs` for it to leave, then ends the whole group. Safe to call twice. @default graceMs 1_000 */
  stop(graceMs?: number): Promise<ServiceExit>
}

/** The end of a child is told before what it wrote last is read. One that left the group may keep that pipe open, so not for ever. */
const LAST_WORDS_MS = 500

/**
 * Starts a service in a process group of its own. It ends with this process.
 *
 * @throws {ProgramNotFoundError} when there is no such program.
 * @throws {ProcessStartError} when the system would not start it.
 */
export async function spawnService(request: ServiceRequest): Promise<Service> {
  const errors = new OutputBuffer(request.maxErrorBytes ?? 65_536)
  const child = execa(request.file, request.args ?? [], {
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    env: request.env ?? cleanEnvironment(),
    extendEnv: false,
    stdin: 'pipe',
    killDescendants: true,
    buffer: false,
    reject: false,
    encoding: 'buffer',
    windowsHide: true,
  })
  child.stderr.on('data', (chunk: Buffer) => errors.append(chunk))
  // A child that dies while it is written to is reported by `exited`, not by an unhandled stream error.
  child.stdin.on('error', () => {})
  let running = true
  const exited = new Promise<ServiceExit>((resolve) => {
    child.nodeChildProcess.once('exit', (exitCode, signal) => {
      running = false
      endGroup(child.pid)
      const settle = () => {
        clearTimeout(deadline)
        resolve({ exitCode, signal })
      }
      const deadline = setTimeout(settle, LAST_WORDS_MS)
      finished(child.stderr, settle)
    })
  })
  const { pid } = child
  if (pid === undefined) {
    const result = await child
    throw startError(request.file, request.cwd, result.cause ?? result)
  }
  return {
    pid,
    stdin: child.stdin,
    stdout: child.stdout,
    exited,
    get running() {
      return running
    },
    errorOutput: () => errors.take().toString('utf8'),
    keepAlive(wanted) {
      const handles = [child.nodeChildProcess, ...[child.stdin, child.stdout, child.stderr].filter(isSocket)]
      for (const handle of handles) wanted ? handle.ref() : handle.unref()
    },
    async stop(graceMs = 1_000) {
      if (!running) return exited
      child.stdin.end()
      const deadline = setTimeout(() => endGroup(pid), graceMs)
      const exit = await exited
      clearTimeout(deadline)
      return exit
    },
  }
}

/** The pipes to a child are sockets underneath, which is what lets an idle child not hold this process. */
function isSocket(stream: Readable | Writable): stream is Socket {
  return stream instanceof Socket
}
