import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import type { StructuredReply, StructuredTask } from './structured-task.ts'

const answerSchema = z.union([
  z.object({
    value: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('merged'),
        text: z.string(),
        notes: z.array(z.string()),
        confidence: z.number().optional(),
      }),
      z.object({ kind: z.literal('passed'), reason: z.string() }),
    ]),
  }),
  z.object({ error: z.instanceof(Error) }),
])

/**
 * The thread of the structured merge, seen from the caller: one task at a time, each with a deadline. A task that overruns it is
 * passed, and its thread ended; the next task gets a new one. An idle thread does not keep the process alive.
 */
export class StructuredClient {
  #worker: Worker | undefined
  #queue: Promise<unknown> = Promise.resolve()
  readonly #deadlineMs: number

  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs
  }

  /** Never throws for what a task holds: a failure is a reason to pass. */
  run(task: StructuredTask, signal?: AbortSignal): Promise<StructuredReply> {
    const answer = this.#queue.then(() => this.#run(task, signal))
    this.#queue = answer
    return answer
  }

  /** Ends the thread. The client may be used again. */
  async close(): Promise<void> {
    await this.#queue
    await this.#end()
  }

  async #end(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  async #run(task: StructuredTask, signal: AbortSignal | undefined): Promise<StructuredReply> {
    if (signal?.aborted === true) return { kind: 'passed', reason: 'it was stopped' }
    this.#worker ??= startWorker()
    const worker = this.#worker
    const { promise, resolve } = Promise.withResolvers<StructuredReply>()
    const fail = (reason: string) => {
      resolve({ kind: 'passed', reason })
      void this.#end()
    }
    const onMessage = (message: unknown) => {
      const answer = answerSchema.safeParse(message)
      if (!answer.success) resolve({ kind: 'passed', reason: 'the thread gave an answer that is none' })
      else if ('error' in answer.data) resolve({ kind: 'passed', reason: answer.data.error.message })
      else if (answer.data.value.kind === 'passed') resolve(answer.data.value)
      else {
        const { confidence, ...merged } = answer.data.value
        resolve({ ...merged, ...(confidence === undefined ? {} : { confidence }) })
      }
    }
    const onError = (error: unknown) =>
      fail(`the thread failed: ${error instanceof Error ? error.message : String(error)}`)
    const onExit = () => fail('the thread ended')
    const onAbort = () => fail('it was stopped')
    const timer = setTimeout(() => fail(`it took longer than ${this.#deadlineMs} ms`), this.#deadlineMs)
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    signal?.addEventListener('abort', onAbort)
    worker.ref()
    worker.postMessage(task)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      worker.unref()
    }
  }
}

/** From source, the thread has to find the other packages' sources too; a thread inherits flags, but a test runner sets none. */
function startWorker(): Worker {
  const here = import.meta.url
  const fromSource = here.endsWith('.ts')
  const module = new URL(fromSource ? './structured-worker.ts' : './structured-worker.js', here)
  const execArgv = fromSource ? ['--conditions=@patchlane/source', '--disable-warning=ExperimentalWarning'] : []
  const worker = new Worker(module, { execArgv, stderr: true })
  // Without a listener, a thread that dies idle would end the process.
  worker.on('error', () => undefined)
  worker.unref()
  return worker
}
