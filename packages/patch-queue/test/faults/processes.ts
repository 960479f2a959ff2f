import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { OpenDatabaseOptions } from '@patchlane/database'

export interface ChildOrders {
  store: OpenDatabaseOptions
  role: 'hold' | 'propose' | 'gateway'
  owner: string
  ttlMs?: number
  count?: number
}

/** A process that works on the queue, to be stopped, thawed and killed. */
export class QueueProcess {
  readonly #child: ChildProcess
  readonly #lines: string[] = []
  readonly exited: Promise<void>
  #news = Promise.withResolvers<void>()
  errors = ''

  constructor(orders: ChildOrders) {
    const program = fileURLToPath(new URL('./child.ts', import.meta.url))
    const argument = JSON.stringify({ ttlMs: 300, count: 0, ...orders })
    this.#child = spawn(process.execPath, ['--conditions=@patchlane/source', program, argument], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', () => {
        this.#wake()
        resolve()
      })
    })
    if (this.#child.stdout !== null)
      createInterface(this.#child.stdout).on('line', (line) => {
        this.#lines.push(line)
        this.#wake()
      })
    this.#child.stderr?.on('data', (chunk) => {
      this.errors += String(chunk)
    })
    // Written to after it was killed: expected here.
    this.#child.stdin?.on('error', () => {})
  }

  #wake(): void {
    this.#news.resolve()
    this.#news = Promise.withResolvers()
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** The next line it says. */
  async line(): Promise<string> {
    for (;;) {
      const line = this.#lines.shift()
      if (line !== undefined) return line
      if (!this.isRunning) throw new Error(`The process ended: ${this.errors}`)
      await this.#news.promise
    }
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.#child.kill(name)
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.exited
  }
}
