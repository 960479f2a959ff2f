import type { ObjectId } from '@patchlane/kernel'
import { type Service, spawnService } from '@patchlane/process'
import { GitCommandError, RefLockedError, RefMovedError } from './errors.ts'
import { configArguments, gitEnvironment } from './git-environment.ts'
import { ANSWER_MS } from './run-git.ts'

/** `null` for `old` means: must not exist; for `new`: delete. */
export type RefUpdate =
  | { kind: 'verify'; ref: string; old: ObjectId | null }
  | { kind: 'update'; ref: string; new: ObjectId | null; old: ObjectId | null }
  /** Whatever it was at. */
  | { kind: 'force'; ref: string; new: ObjectId }

export interface RefTransactionOptions {
  /** Of the worktree whose HEAD may have to be locked. */
  gitDir: string
  /** For the reflog. */
  message: string
  objectFormat: 'sha1' | 'sha256'
  /** Who moved it, for the reflog. */
  identity?: { name: string; email: string }
  /** How long git may leave a question unanswered before it is ended. @default 120_000 */
  silenceMs?: number
}

/**
 * One transaction on refs, in steps, through `git update-ref --stdin`. It begins with an explicit `start`: with it the end of this
 * process aborts the transaction, without it the end of the input would *commit* it.
 *
 * git renames refs one by one, so only a transaction that moves a single ref is atomic; `verify` the others.
 */
export class RefTransaction {
  readonly #service: Service
  readonly #zero: string
  readonly #silenceMs: number
  #output = ''
  #waiting: (() => void) | undefined
  #ended = false
  #committed = false

  private constructor(service: Service, { objectFormat, silenceMs = ANSWER_MS }: RefTransactionOptions) {
    this.#service = service
    this.#silenceMs = silenceMs
    this.#zero = '0'.repeat(objectFormat === 'sha1' ? 40 : 64)
    service.stdout.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString('latin1')
      this.#waiting?.()
    })
    void service.exited.then(() => {
      this.#ended = true
      this.#waiting?.()
    })
  }

  static async begin(options: RefTransactionOptions): Promise<RefTransaction> {
    const { name, email } = options.identity ?? { name: 'patchlane', email: 'patchlane@localhost' }
    const service = await spawnService({
      file: 'git',
      args: [...configArguments(), 'update-ref', '--create-reflog', '-m', options.message, '--stdin', '-z'],
      cwd: options.gitDir,
      env: gitEnvironment({
        GIT_DIR: options.gitDir,
        GIT_COMMITTER_NAME: name,
        GIT_COMMITTER_EMAIL: email,
      }),
    })
    const transaction = new RefTransaction(service, options)
    service.stdin.write('start\0')
    return transaction
  }

  /** The pid of the git process that holds the locks after {@link prepare}. */
  get pid(): number {
    return this.#service.pid
  }

  /** False once its process has ended, by commit, abort or failure. */
  get running(): boolean {
    return !this.#ended
  }

  /** Whether this transaction alone keeps this process alive. It does at first. */
  keepAlive(wanted: boolean): void {
    this.#service.keepAlive(wanted)
  }

  /**
   * Locks all refs and checks what they are at. After it, {@link commit} fails only if the disk does.
   *
   * @throws {RefMovedError} when a ref is not at its `old`.
   * @throws {RefLockedError} when another process holds a lock.
   */
  async prepare(updates: readonly RefUpdate[]): Promise<void> {
    for (const update of updates) {
      if (update.kind === 'force') {
        this.#service.stdin.write(`update ${update.ref}\0${update.new}\0\0`)
        continue
      }
      const old = update.old ?? this.#zero
      this.#service.stdin.write(
        update.kind === 'verify'
          ? `verify ${update.ref}\0${old}\0`
          : update.new === null
            ? `delete ${update.ref}\0${old}\0`
            : `update ${update.ref}\0${update.new}\0${old}\0`,
      )
    }
    this.#service.stdin.write('prepare\0')
    await this.#expect('prepare: ok')
  }

  /** When it returns the refs are moved and their locks gone; git's process ends by itself, which {@link abort} waits for. */
  async commit(): Promise<void> {
    this.#service.stdin.write('commit\0')
    await this.#expect('commit: ok')
    this.#committed = true
    void this.#service.stop()
  }

  /** Safe at any time: after a failure, a commit or another abort it does nothing. */
  async abort(): Promise<void> {
    if (!this.#ended && !this.#committed) this.#service.stdin.write('abort\0')
    await this.#service.stop()
  }

  async #expect(answer: string): Promise<void> {
    let silent = false
    const silence = setTimeout(() => {
      silent = true
      void this.#service.stop(0)
    }, this.#silenceMs)
    try {
      while (!this.#output.includes(answer)) {
        if (this.#ended) {
          const said = silent ? `it gave no answer for ${this.#silenceMs / 1000} s` : this.#service.errorOutput()
          throw refError(said, (await this.#service.exited).exitCode)
        }
        await new Promise<void>((resolve) => {
          this.#waiting = resolve
        })
      }
    } finally {
      clearTimeout(silence)
      this.#waiting = undefined
    }
  }
}

function refError(stderr: string, exitCode: number | null): Error {
  const text = stderr.trim()
  if (/but expected|reference already exists|unable to resolve reference|reference is missing/.test(text)) {
    return new RefMovedError(text)
  }
  const locks = [...text.matchAll(/Unable to create '(.+?\.lock)'/g)].map((match) => match[1] ?? '')
  if (locks.length > 0) return new RefLockedError(text, locks)
  return new GitCommandError('update-ref', exitCode, stderr)
}
