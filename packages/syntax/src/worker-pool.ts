import nodeModule from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { type TransferListItem, Worker } from 'node:worker_threads'
import { WorkerFailedError } from './errors.ts'

export interface WorkerPoolOptions {
  /** The module each thread runs; it answers by {@link serveWorker}. A `.ts` module runs from source. */
  module: URL
  /** Threads at most; they start when there is work for them. @default the processors this process may use */
  size?: number
}

interface Task {
  message: unknown
  transfer: readonly TransferListItem[]
  resolve(value: unknown): void
  reject(error: Error): void
}

/**
 * Threads that answer messages, one message each at a time.
 *
 * - Tasks start in the order they were given.
 * - A thread that dies fails the task it had, and no other; the next task gets a new thread.
 * - Idle threads do not keep the process alive.
 */
export class WorkerPool {
  readonly size: number
  readonly #module: URL
  readonly #waiting: Task[] = []
  readonly #idle: Worker[] = []
  readonly #busy = new Map<Worker, Task>()
  #closed = false

  constructor(options: WorkerPoolOptions) {
    this.#module = options.module
    this.size = Math.max(1, options.size ?? availableParallelism())
  }

  /** Sends a message and waits for the answer. @throws {WorkerFailedError} when the thread failed on it. */
  run(message: unknown, transfer: readonly TransferListItem[] = []): Promise<unknown> {
    if (this.#closed) return Promise.reject(new WorkerFailedError('The pool is closed.'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, transfer, resolve, reject })
      this.#dispatch()
    })
  }

  /** Sends a message to each thread that has nothing to do; answers come in no particular order. */
  async runOnIdle(message: unknown): Promise<unknown[]> {
    const idle = this.#idle.splice(0)
    return Promise.all(
      idle.map(
        (worker) => new Promise((resolve, reject) => this.#give(worker, { message, transfer: [], resolve, reject })),
      ),
    )
  }

  /** Ends all threads; tasks that are not done fail. Safe to call twice. */
  async close(): Promise<void> {
    this.#closed = true
    for (const task of this.#waiting.splice(0)) task.reject(new WorkerFailedError('The pool is closed.'))
    const workers = [...this.#idle.splice(0), ...this.#busy.keys()]
    await Promise.all(workers.map((worker) => worker.terminate()))
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#idle.pop() ?? (this.#busy.size < this.size ? this.#start() : undefined)
      if (worker === undefined) return
      const task = this.#waiting.shift()
      if (task === undefined) return
      this.#give(worker, task)
    }
  }

  #give(worker: Worker, task: Task): void {
    this.#busy.set(worker, task)
    worker.ref()
    worker.postMessage(task.message, task.transfer)
  }

  #start(): Worker {
    // From source, the thread has to find the other packages' sources too; a thread inherits flags, but a test runner sets none.
    const fromSource = this.#module.pathname.endsWith('.ts')
    const execArgv = fromSource ? ['--conditions=@patchlane/source', '--disable-warning=ExperimentalWarning'] : []
    const worker = new Worker(this.#module, { execArgv, env: threadEnvironment() })
    worker.on('message', (answer: { value?: unknown; error?: unknown }) => {
      const task = this.#busy.get(worker)
      this.#busy.delete(worker)
      worker.unref()
      if (!this.#closed) this.#idle.push(worker)
      if ('error' in answer) task?.reject(new WorkerFailedError('A thread failed on its task.', answer.error))
      else task?.resolve(answer.value)
      this.#dispatch()
    })
    worker.on('error', (error) => this.#lose(worker, error))
    worker.on('exit', (code) => this.#lose(worker, new Error(`exit code ${code}`)))
    return worker
  }

  #lose(worker: Worker, cause: unknown): void {
    const task = this.#busy.get(worker)
    this.#busy.delete(worker)
    const at = this.#idle.indexOf(worker)
    if (at >= 0) this.#idle.splice(at, 1)
    task?.reject(new WorkerFailedError('A thread ended in the middle of its task.', cause))
    if (!this.#closed) this.#dispatch()
  }
}

/** Where the program keeps what node has compiled, its threads find it too: by themselves they would compile it all again. */
function threadEnvironment(): NodeJS.ProcessEnv {
  const folder = nodeModule.getCompileCacheDir()
  // Of each version of node there is a folder in the one that was named.
  return folder === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(folder) }
}
