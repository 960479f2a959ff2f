import { fileURLToPath } from 'node:url'
import { type Language, WorkerPool } from '@patchlane/syntax'
import { buildSegment } from './build-segment.ts'
import type { BlobToRead } from './extract-document.ts'
import type { IndexTask } from './index-task.ts'

/** One task of a thread: small enough to spread evenly, large enough to be worth a message. */
const TASK_BYTES = 150_000

export interface IndexThreadsOptions {
  /** Threads at most. @default the processors this process may use */
  threads?: number
  /** Grammars to load while there is nothing to read yet. */
  languages: readonly Language[]
}

/**
 * Threads that read blobs into segments. Each fills one of its own and hands it over when it is large, or at the end. A thread that
 * dies takes the segment it was filling with it: whoever gave it the blobs has to look for what is missing.
 */
export class IndexThreads {
  readonly #pool: WorkerPool
  readonly #segments: Uint8Array<ArrayBuffer>[] = []
  #closed = false

  constructor({ threads, languages }: IndexThreadsOptions) {
    this.#pool = new WorkerPool({ module: workerModule(), ...(threads === undefined ? {} : { size: threads }) })
    for (let n = 0; n < this.#pool.size; n++) this.#run({ prepare: languages }).catch(() => undefined)
  }

  /** Reads blobs; `onRead` learns how many more have been read. */
  async read(blobs: readonly BlobToRead[], onRead: (count: number) => void): Promise<void> {
    await Promise.all(
      tasks(blobs).map(async (task) => {
        this.#keep(await this.#readTask(task))
        onRead(task.length)
      }),
    )
  }

  /** Segments that are full. */
  take(): Uint8Array<ArrayBuffer>[] {
    return this.#segments.splice(0)
  }

  /** All segments, full or not, when everything has been read. */
  async finish(): Promise<Uint8Array<ArrayBuffer>[]> {
    for (const bytes of await this.#pool.runOnIdle({ finish: true } satisfies IndexTask)) this.#keep(bytes)
    return this.take()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#pool.close()
  }

  async #readTask(task: readonly BlobToRead[]): Promise<unknown> {
    const { blobs, buffer } = packed(task)
    try {
      return await this.#run({ blobs }, [buffer])
    } catch (error) {
      if (this.#closed) throw error
      // A thread that dies on a task (a grammar's fault, memory) costs the definitions of its files, not the index.
      return buildSegment(task.map((blob) => ({ ...blob, reading: 0 })))
    }
  }

  #run(task: IndexTask, transfer: ArrayBuffer[] = []): Promise<unknown> {
    return this.#pool.run(task, transfer)
  }

  #keep(answer: unknown): void {
    if (answer instanceof Uint8Array && answer.buffer instanceof ArrayBuffer) {
      this.#segments.push(new Uint8Array(answer.buffer))
    }
  }
}

function tasks(blobs: readonly BlobToRead[]): BlobToRead[][] {
  const list: BlobToRead[][] = []
  let open: BlobToRead[] = []
  let bytes = 0
  for (const blob of blobs) {
    open.push(blob)
    bytes += blob.content?.length ?? 0
    if (bytes < TASK_BYTES) continue
    list.push(open)
    open = []
    bytes = 0
  }
  if (open.length > 0) list.push(open)
  return list
}

/** The same blobs with their contents copied into one buffer, which can be handed over whole: theirs may be part of a larger one. */
function packed(task: readonly BlobToRead[]): { blobs: BlobToRead[]; buffer: ArrayBuffer } {
  const bytes = new Uint8Array(task.reduce((sum, blob) => sum + (blob.content?.length ?? 0), 0))
  let at = 0
  const blobs = task.map((blob) => {
    if (blob.content === null) return blob
    bytes.set(blob.content, at)
    const content = bytes.subarray(at, at + blob.content.length)
    at += blob.content.length
    return { ...blob, content }
  })
  return { blobs, buffer: bytes.buffer }
}

function workerModule(): URL {
  const here = fileURLToPath(import.meta.url)
  return new URL(here.endsWith('.ts') ? './index-worker.ts' : './index-worker.js', import.meta.url)
}
