import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Language, WorkerPool } from '@patchlane/syntax'
import { BlobQueue } from './blob-queue.ts'
import { buildSegment, OpenSegment } from './build-segment.ts'
import type { BlobToRead } from './extract-document.ts'
import type { IndexTask } from './index-task.ts'

/** A larger blob is left to the other threads: this one has to answer meanwhile. */
const HERE_BYTES = 100_000

export interface IndexThreadsOptions {
  /** Threads that read. */
  threads: number
  /** Whether this thread is one of them. With one thread, it is another. */
  here: boolean
  /** Grammars to load while there is nothing to read yet. */
  languages: readonly Language[]
}

/**
 * Threads that read blobs into segments. The one that asks may be among them: it would wait otherwise, and has what a new one loads first.
 * Each fills a segment of its own and hands it over when it is large, or at the end. A thread that dies takes the segment it was filling
 * with it: whoever gave it the blobs has to look for what is missing.
 */
export class IndexThreads {
  readonly #pool: WorkerPool
  readonly #here: OpenSegment | undefined
  readonly #segments: Uint8Array<ArrayBuffer>[] = []
  /** One set of blobs after the other: this thread fills one segment. */
  #turnHere: Promise<void> = Promise.resolve()
  #closed = false

  constructor({ threads, here, languages }: IndexThreadsOptions) {
    const shared = here && threads > 1
    this.#here = shared ? new OpenSegment() : undefined
    this.#pool = new WorkerPool({ module: workerModule(), size: shared ? threads - 1 : threads })
    for (let n = 0; n < this.#pool.size; n++) this.#run({ prepare: languages }).catch(() => undefined)
  }

  /** Reads blobs; `onRead` learns how many more have been read. */
  async read(blobs: readonly BlobToRead[], onRead: (count: number) => void): Promise<void> {
    const queue = new BlobQueue(blobs, this.#pool.size + 1)
    const readHere = this.#turnHere.then(() => this.#readHere(queue, onRead))
    this.#turnHere = readHere.catch(() => undefined)
    // One task more than there are threads: it is at hand when one of them is done.
    const others = Array.from({ length: this.#pool.size + 1 }, () => this.#readThere(queue, onRead))
    await Promise.all([readHere, ...others])
  }

  /** Segments that are full. */
  take(): Uint8Array<ArrayBuffer>[] {
    return this.#segments.splice(0)
  }

  /** All segments, full or not, when everything has been read. */
  async finish(): Promise<Uint8Array<ArrayBuffer>[]> {
    const others = this.#pool.runOnIdle({ finish: true } satisfies IndexTask)
    this.#keep(this.#here?.take())
    for (const bytes of await others) this.#keep(bytes)
    return this.take()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#pool.close()
  }

  async #readHere(queue: BlobQueue, onRead: (count: number) => void): Promise<void> {
    if (this.#here === undefined) return
    for (;;) {
      // Between two blobs the thread does what else it has to, and gives the others their tasks.
      await nextTurn()
      const blob = this.#closed ? undefined : queue.takeSmall(HERE_BYTES)
      if (blob === undefined) return
      await this.#here.add([blob])
      if (this.#here.isLarge) this.#keep(this.#here.take())
      onRead(1)
    }
  }

  async #readThere(queue: BlobQueue, onRead: (count: number) => void): Promise<void> {
    for (let task = queue.take(); task.length > 0; task = queue.take()) {
      this.#keep(await this.#readTask(task))
      onRead(task.length)
    }
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
