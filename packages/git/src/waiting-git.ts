import { finished } from 'node:stream/promises'
import type { ObjectId } from '@patchlane/kernel'
import { type Service, spawnService } from '@patchlane/process'
import { GitCommandError } from './errors.ts'
import { configArguments, gitEnvironment } from './git-environment.ts'
import type { GitRequest } from './run-git.ts'

/** Becomes git once it has read a whole line of ids; when its input ends before that, it ends too. The answer comes on one stream. */
const BECOME_GIT = 'read -r ids && exec git "$@" $ids 2>&1'

/** What git is to do, but for the object ids at the end. */
export type WaitingGitRequest = Pick<GitRequest, 'args' | 'cwd' | 'env' | 'config'>

/**
 * A git command that has all but its last arguments and its process already. To start a process from a large one costs as much as what git
 * then does; this is done with while nobody waits. A shell keeps its place, with the pid that git will have.
 *
 * Until it runs it changes nothing and does not keep this process alive; when this process dies, it ends without having run.
 */
export class WaitingGit {
  readonly #service: Service
  readonly #command: string
  #output = ''

  private constructor(service: Service, command: string) {
    this.#service = service
    this.#command = command
    service.stdout.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString('utf8')
    })
    service.keepAlive(false)
  }

  /** Undefined where no shell is at hand. */
  static async start(request: WaitingGitRequest): Promise<WaitingGit | undefined> {
    if (process.platform === 'win32') return undefined
    const service = await spawnService({
      file: 'sh',
      args: ['-c', BECOME_GIT, 'sh', ...configArguments(request.config), ...request.args],
      env: gitEnvironment(request.env),
      ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    })
    return new WaitingGit(service, request.args.slice(0, 2).join(' '))
  }

  get pid(): number {
    return this.#service.pid
  }

  /** False once it has ended, whether it has run or not. */
  get running(): boolean {
    return this.#service.running
  }

  /**
   * Lets it run, to its end. Once.
   *
   * @throws {GitCommandError} when git refuses, or was stopped.
   */
  async run(ids: readonly ObjectId[], options: { timeoutMs: number }): Promise<void> {
    this.#service.keepAlive(true)
    this.#service.stdin.write(`${ids.join(' ')}\n`)
    const answered = finished(this.#service.stdout, { writable: false })
    const [{ exitCode }] = await Promise.all([this.#service.stop(options.timeoutMs), answered])
    if (exitCode !== 0) throw new GitCommandError(this.#command, exitCode, this.#output)
  }

  /** Ends it if it has not run. Safe to call twice. */
  async stop(): Promise<void> {
    await this.#service.stop()
  }
}

/** Those of one repository, so that none outlives it. */
export class WaitingGits {
  readonly #started = new Set<WaitingGit>()

  async start(request: WaitingGitRequest): Promise<WaitingGit | undefined> {
    const waiting = await WaitingGit.start(request)
    for (const other of this.#started) if (!other.running) this.#started.delete(other)
    if (waiting !== undefined) this.#started.add(waiting)
    return waiting
  }

  /** Ends all that have not run. Safe to call twice. */
  async close(): Promise<void> {
    await Promise.all([...this.#started].map((waiting) => waiting.stop()))
    this.#started.clear()
  }
}
