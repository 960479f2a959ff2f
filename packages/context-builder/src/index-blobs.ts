import { availableParallelism } from 'node:os'
import { canAnalyze, type Language, prepareAnalysis } from '@patchlane/syntax'
import { buildSegment } from './build-segment.ts'
import { type BlobToRead, languageOfReading, MAX_BLOB_BYTES } from './extract-document.ts'
import { documentKey } from './index-options.ts'
import { IndexThreads } from './index-threads.ts'
import type { SegmentStore } from './segment/segment-store.ts'
import type { TreeFile, TreeReader } from './tree-reader.ts'

/** Fewer blobs than this are read where we are: starting threads would take longer. */
const INLINE_BLOBS = 40
const INLINE_BYTES = 600_000
/** Of so few the start of a thread is a good part: this one reads too, in place of one more. Of more it stays free for what else is asked. */
const HERE_BLOBS = 500
/** Blobs read from the repository in one go. Three rounds are in memory at most: two that threads work on, one that is being read. */
const ROUND_BLOBS = 1_000
/** A grammar for fewer files is loaded by the thread that meets them. */
const WORTH_PREPARING = 20

export interface IndexBlobsOptions {
  reader: TreeReader
  store: SegmentStore
  /** Threads that read at most. @default the processors this process may use */
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
    const reading = handled(readRound(reader, wanted))
    await prepareHere(languagesOf(wanted))
    const blobs = await reading
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
  const languages = languagesOf(wanted)
  const size = Math.max(1, options.threads ?? availableParallelism())
  const here = size > 1 && wanted.length <= HERE_BLOBS
  const threads = new IndexThreads({ languages, threads: size, here })
  let done = 0
  const onRead = (count: number) => {
    done += count
    onProgress?.({ done, total: wanted.length })
  }
  try {
    let ahead = handled(readRound(reader, wanted.slice(0, ROUND_BLOBS)))
    if (here) await prepareHere(languages)
    let earlier: Promise<void> = Promise.resolve()
    for (let at = ROUND_BLOBS; ; at += ROUND_BLOBS) {
      signal?.throwIfAborted()
      const round = handled(threads.read(await ahead, onRead))
      await earlier
      earlier = round
      if (at >= wanted.length) break
      ahead = handled(readRound(reader, wanted.slice(at, at + ROUND_BLOBS)))
      await store.add(...threads.take())
    }
    await earlier
    const segments = await threads.finish()
    await Promise.all([store.add(...segments), threads.close()])
  } finally {
    await threads.close()
  }
}

/** What fails while nobody waits for it yet is no unhandled rejection: it is waited for later. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

/** Loads the grammar of most files while git reads them. One that cannot be loaded is missed by whoever needs it. */
async function prepareHere([language]: readonly Language[]): Promise<void> {
  if (language !== undefined) await prepareAnalysis(language).catch(() => undefined)
}

/** Most files first. */
function languagesOf(wanted: readonly Wanted[]): Language[] {
  const counts = new Map<Language, number>()
  for (const [key] of wanted) {
    const language = languageOfReading(Number.parseInt(key.slice(-2), 16))
    if (language !== undefined && canAnalyze(language)) counts.set(language, (counts.get(language) ?? 0) + 1)
  }
  return [...counts]
    .filter(([, files]) => files >= WORTH_PREPARING)
    .sort(([, a], [, b]) => b - a)
    .map(([language]) => language)
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
