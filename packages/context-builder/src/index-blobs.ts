import { fileURLToPath } from 'node:url'
import { WorkerPool } from '@patchlane/syntax'
import { buildSegment } from './build-segment.ts'
import { type BlobToRead, MAX_BLOB_BYTES } from './extract-document.ts'
import { documentKey } from './index-options.ts'
import { mergeSegments } from './segment/merge-segments.ts'
import { Segment } from './segment/segment.ts'
import type { SegmentStore } from './segment/segment-store.ts'
import type { TreeFile, TreeReader } from './tree-reader.ts'

/** Fewer blobs than this are read where we are: starting threads would take longer. */
const INLINE_BLOBS = 40
const INLINE_BYTES = 400_000
/** One task of a thread: small enough to spread evenly, large enough to be worth a message. */
const TASK_BYTES = 700_000
const TASK_BLOBS = 150
/** Blobs read from the repository in one go; what is in memory at one time. */
const ROUND_BLOBS = 2_000
/** Segments are written out when they have grown to this, so that an interrupted index goes on where it was. */
const FLUSH_BYTES = 48_000_000

export interface IndexBlobsOptions {
  reader: TreeReader
  store: SegmentStore
  /** Worker threads at most. @default the processors this process may use */
  threads?: number
  signal?: AbortSignal
  onProgress?: (progress: { done: number; total: number }) => void
}

/** Reads the blobs of `files` that the store does not have. Returns how many there were. */
export async function indexBlobs(files: readonly TreeFile[], options: IndexBlobsOptions): Promise<number> {
  const { reader, store, signal, onProgress } = options
  const missing = new Map<string, TreeFile>()
  for (const file of files) {
    if (file.mode === '160000') continue
    const key = documentKey(file)
    if (store.find(key) === undefined) missing.set(key, file)
  }
  const total = missing.size
  if (total === 0) return 0
  // Sorted by key, so that the same set of blobs makes the same segment in whatever order it was listed.
  const wanted = [...missing].sort(([a], [b]) => (a < b ? -1 : 1))
  let pool: WorkerPool | undefined
  let finished: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  let done = 0
  try {
    for (let at = 0; at < wanted.length; at += ROUND_BLOBS) {
      signal?.throwIfAborted()
      const blobs = await readRound(reader, wanted.slice(at, at + ROUND_BLOBS))
      const bytes = blobs.reduce((sum, blob) => sum + (blob.content?.length ?? 0), 0)
      if (total <= INLINE_BLOBS && bytes <= INLINE_BYTES) {
        finished.push(await buildSegment(blobs))
        done += blobs.length
        onProgress?.({ done, total })
      } else {
        pool ??= new WorkerPool({
          module: workerModule(),
          ...(options.threads === undefined ? {} : { size: options.threads }),
        })
        const threads = pool
        const segments = await Promise.all(
          tasks(blobs).map(async (task) => {
            const segment = await runTask(threads, task)
            done += task.length
            onProgress?.({ done, total })
            return segment
          }),
        )
        finished.push(...segments)
      }
      size = finished.reduce((sum, segment) => sum + segment.length, 0)
      if (size > FLUSH_BYTES) {
        await store.add(joined(finished))
        finished = []
      }
    }
    if (finished.length > 0) await store.add(joined(finished))
  } finally {
    await pool?.close()
  }
  return total
}

async function readRound(reader: TreeReader, round: readonly [string, TreeFile][]): Promise<BlobToRead[]> {
  const oids = [...new Set(round.map(([, file]) => file.oid))]
  const blobs = new Map((await reader.readBlobs(oids, { maxBytes: MAX_BLOB_BYTES })).map((blob) => [blob.oid, blob]))
  return round.map(([key, file]) => {
    const blob = blobs.get(file.oid)
    return {
      key: Uint8Array.from(Buffer.from(key, 'hex')),
      reading: Number.parseInt(key.slice(-2), 16),
      content: file.mode === '120000' ? null : (blob?.content ?? null),
      size: blob?.size ?? 0,
    }
  })
}

function tasks(blobs: readonly BlobToRead[]): BlobToRead[][] {
  const list: BlobToRead[][] = []
  let open: BlobToRead[] = []
  let bytes = 0
  for (const blob of blobs) {
    open.push(blob)
    bytes += blob.content?.length ?? 0
    if (bytes < TASK_BYTES && open.length < TASK_BLOBS) continue
    list.push(open)
    open = []
    bytes = 0
  }
  if (open.length > 0) list.push(open)
  return list
}

/** A thread that dies on a task (a grammar's fault, memory) costs the words of its files, not the index. */
async function runTask(pool: WorkerPool, task: readonly BlobToRead[]): Promise<Uint8Array<ArrayBuffer>> {
  try {
    // Copies: a view of a larger buffer would be sent with all of that buffer.
    const blobs = task.map((blob) => ({
      ...blob,
      content: blob.content === null ? null : Uint8Array.from(blob.content),
    }))
    const answer = await pool.run(
      { blobs },
      blobs.flatMap(({ content }) => (content === null ? [] : [content.buffer])),
    )
    if (answer instanceof Uint8Array) return new Uint8Array(answer)
  } catch {
    // Falls through to the plain reading.
  }
  return buildSegment(task.map((blob) => ({ ...blob, reading: 0 })))
}

function joined(segments: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = segments
  if (only !== undefined && segments.length === 1) return only
  return mergeSegments(segments.map((bytes) => new Segment(bytes)))
}

function workerModule(): URL {
  const here = fileURLToPath(import.meta.url)
  return new URL(here.endsWith('.ts') ? './index-worker.ts' : './index-worker.js', import.meta.url)
}
