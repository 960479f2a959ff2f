import { join } from 'node:path'
import type { ObjectId } from '@patchlane/kernel'
import type { Segment } from '../segment/segment.ts'
import { SegmentStore } from '../segment/segment-store.ts'
import { SegmentWriter } from '../segment/segment-writer.ts'
import type { HistoryCommit, TreeReader } from '../tree-reader.ts'
import { wordPattern } from '../words.ts'
import { KeptHistory } from './kept-history.ts'

/** Commits that are looked at, newest first. */
export const MAX_COMMITS = 5_000
/** A commit that touches more files than this says little about any of them. */
const MAX_PATHS = 40
/** The beginning of a message says what it is about; the rest is often a log. */
const MAX_MESSAGE = 1_500

/** The past of one commit: what was said when which files were changed. Only commits that it reaches. */
export class History {
  /** Newest first. */
  readonly commits: readonly ObjectId[]
  readonly #store: SegmentStore
  readonly #rank = new Map<string, number>()
  #paths: (readonly string[])[] | undefined
  /** For each segment, the place of each of its commits in the list; -1 for those of other pasts, and those that another segment has. */
  #places = new Map<Segment, Int32Array>()

  constructor(commits: readonly ObjectId[], store: SegmentStore) {
    this.commits = commits
    this.#store = store
    for (const [at, commit] of commits.entries()) this.#rank.set(commit, at)
  }

  /** The files that a commit changed, by its place in the list; none for a commit that changed too many. */
  paths(at: number): readonly string[] {
    this.#paths ??= this.commits.map((commit) => {
      const place = this.#store.find(commit)
      const paths: string[] = place === undefined ? [] : JSON.parse(place.segment.details(place.document))
      return paths
    })
    return this.#paths[at] ?? []
  }

  /** Each commit whose message has a term: its place in the list, how often, and the message's length in words. */
  eachMention(term: string, visit: (at: number, count: number, length: number) => void): void {
    for (const [segment, places] of this.#placesNow()) {
      const found = segment.find(term)
      if (found < 0) continue
      segment.postings(found, ({ document, body }) => {
        const at = places[document] ?? -1
        if (at >= 0) visit(at, body, segment.length(document, 0))
      })
    }
  }

  /** Worked out once for the segments that there are: a common word is in thousands of messages. */
  #placesNow(): ReadonlyMap<Segment, Int32Array> {
    const segments = this.#store.segments
    if (segments.length !== this.#places.size || segments.some((segment) => !this.#places.has(segment))) {
      this.#places = new Map(
        segments.map((segment) => {
          const place = (_: number, document: number) => {
            const key = segment.key(document)
            return this.#store.find(key)?.segment === segment ? (this.#rank.get(key) ?? -1) : -1
          }
          return [segment, new Int32Array(segment.documents).map(place)]
        }),
      )
    }
    return this.#places
  }
}

/** Keeps what was read of past commits, each once, beside the index. */
export class HistoryStore {
  readonly #reader: TreeReader
  readonly #store: SegmentStore
  readonly #kept: KeptHistory
  #last: { commit: string; history: History } | undefined

  constructor(reader: TreeReader, directory: string) {
    this.#reader = reader
    this.#store = new SegmentStore(join(directory, 'history'))
    this.#kept = new KeptHistory(reader, join(directory, 'past'))
  }

  /** @throws {IndexNotWrittenError} */
  async of(commit: ObjectId): Promise<History> {
    if (this.#last?.commit === commit) return this.#last.history
    const [commits] = await Promise.all([this.#kept.list(commit, MAX_COMMITS), this.#store.refresh()])
    const missing = commits.filter((past) => this.#store.find(past) === undefined)
    if (missing.length > 0) await this.#store.add(segmentOf(await this.#reader.readHistory(missing)))
    const history = new History(commits, this.#store)
    this.#last = { commit, history }
    return history
  }
}

function segmentOf(commits: readonly HistoryCommit[]): Uint8Array<ArrayBuffer> {
  const writer = new SegmentWriter((commits[0]?.commit.length ?? 40) / 2)
  for (const { commit, message, paths } of [...commits].sort((a, b) => (a.commit < b.commit ? -1 : 1))) {
    writer.begin(Uint8Array.from(Buffer.from(commit, 'hex')))
    const text = withoutTrailers(message).slice(0, MAX_MESSAGE)
    for (const word of text.match(wordPattern(text)) ?? []) writer.word(word, 0, 0)
    writer.end({ lines: 0, flags: 0, details: JSON.stringify(paths.length > MAX_PATHS ? [] : paths) })
  }
  return writer.finish()
}

/** Sign-offs, links and ids would make commits alike that have only their author in common. */
function withoutTrailers(message: string): string {
  return message
    .replace(/^(?:[A-Z][\w-]*-by|Co-authored-by|Change-Id|Link|Reviewed-on): .*$/gim, '')
    .replace(/https?:\/\/\S+/g, ' ')
    .replace(/\b[0-9a-f]{7,40}\b/g, ' ')
}
