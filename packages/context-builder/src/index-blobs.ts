import { canAnalyze, type Language } from '@patchlane/syntax'
import { buildSegment } from './build-segment.ts'
import { type BlobToRead, languageOfReading, MAX_BLOB_BYTES } from './extract-document.ts'
import { documentKey } from './index-options.ts'
import { IndexThreads } from './index-threads.ts'
import type { SegmentStore } from './segment/segment-store.ts'
import type { TreeFile, TreeReader } from './tree-reader.ts'

/** Fewer blobs than this are read where we are: starting threads would take longer. */
const INLINE_BLOBS = 40
const INLINE_BYTES = 400_000
/** Blobs read from the repository in one go. Three rounds are in memory at most: two that threads work on, one that is being read. */
const ROUND_BLOBS = 1_000
/** A grammar for fewer files is loaded by the thread that meets them. */
const WORTH_PREPARING = 20

export interface IndexBlobsOptions {
  reader: TreeReader
  store: SegmentStore
  /** Worker threads at most. @default the processors this process may use */
  threads?: number
  signal?: AbortSignal
  onProgress?: (progress: { done: number; total: number }) => void
}

/** A blob that is not in the store, with its document's key. */
type Wanted = readonly [key: string, file: TreeFile]

/** Reads the blobs of `files` that the store does not have. Returns how many there were. */
export async function indexBlobs(files: readonly TreeFile[], options: IndexBlobsOptions): Promise<number> {
  const { reader, store } = options
  const wanted = missingFrom(store, files)
  if (wanted.length > INLINE_BLOBS) {
    await readInThreads(wanted, options)
    // What a thread was filling when it died; the blob it died on has been read as plain text meanwhile.
    const lost = await readRound(reader, missingFrom(store, files))
    if (lost.length > 0) await store.add(await buildSegment(lost))
  } else if (wanted.length > 0) {
    const blobs = await readRound(reader, wanted)
    if (blobs.reduce((sum, blob) => sum + (blob.content?.length ?? 0), 0) > INLINE_BYTES) {
      await readInThreads(wanted, options)
    } else {
      options.signal?.throwIfAborted()
      if (blobs.length > 0) await store.add(await buildSegment(blobs))
      options.onProgress?.({ done: wanted.length, total: wanted.length })
    }
  }
  return wanted.length
}

/** In the order of their keys: a mixture of languages and sizes, which spreads evenly. */
function missingFrom(store: SegmentStore, files: readonly TreeFile[]): Wanted[] {
  const missing = new Map<string, TreeFile>()
  for (const file of files) {
    if (file.mode === '160000') continue
    const key = documentKey(file)
    if (store.find(key) === undefined) missing.set(key, file)
  }
  return [...missing].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Threads read one round while git gets the next. */
async function readInThreads(wanted: readonly Wanted[], options: IndexBlobsOptions): Promise<void> {
  const { reader, store, signal, onProgress } = options
  const threads = new IndexThreads({
    languages: languagesOf(wanted),
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  })
  let done = 0
  const onRead = (count: number) => {
    done += count
    onProgress?.({ done, total: wanted.length })
  }
  try {
    let ahead = handled(readRound(reader, wanted.slice(0, ROUND_BLOBS)))
    let earlier: Promise<void> = Promise.resolve()
    for (let at = ROUND_BLOBS; ; at += ROUND_BLOBS) {
      signal?.throwIfAborted()
      const round = handled(threads.read(await ahead, onRead))
      await earlier
      earlier = round
      if (at >= wanted.length) break
      ahead = handled(readRound(reader, wanted.slice(at, at + ROUND_BLOBS)))
      for (const segment of threads.take()) await store.add(segment)
    }
    await earlier
    for (const segment of await threads.finish()) await store.add(segment)
  } finally {
    await threads.close()
  }
}

/** What fails while nobody waits for it yet is no unhandled rejection: it is waited for later. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

function languagesOf(wanted: readonly Wanted[]): Language[] {
  const counts = new Map<Language, number>()
  for (const [key] of wanted) {
    const language = languageOfReading(Number.parseInt(key.slice(-2), 16))
    if (language !== undefined && canAnalyze(language)) counts.set(language, (counts.get(language) ?? 0) + 1)
  }
  return [...counts].filter(([, files]) => files >= WORTH_PREPARING).map(([language]) => language)
}

async function readRound(reader: TreeReader, round: readonly Wanted[]): Promise<BlobToRead[]> {
  if (round.length === 0) return []
  const oids = [...new Set(round.map(([, file]) => file.oid))]
  const blobs = new Map((await reader.readBlobs(oids, { maxBytes: MAX_BLOB_BYTES })).map((blob) => [blob.oid, blob]))
  return round.flatMap(([key, file]) => {
    const blob = blobs.get(file.oid)
    // Not at hand now, which says nothing about the next time: a document that says so would be there for good.
    if (blob === undefined || (blob.content === null && blob.size <= MAX_BLOB_BYTES)) return []
    return {
      key: Uint8Array.from(Buffer.from(key, 'hex')),
      reading: Number.parseInt(key.slice(-2), 16),
      content: file.mode === '120000' ? null : blob.content,
      size: blob.size,
    }
  })
}
