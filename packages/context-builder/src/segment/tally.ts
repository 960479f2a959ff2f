import type { BODY, COMMENT, DEFINITION } from './posting.ts'
import { NumberList } from './varint.ts'

export type Field = typeof BODY | typeof COMMENT | typeof DEFINITION

/** Counts by field and windows of the words, or terms, of one document. */
export class Tally {
  /** Three counts each. */
  counts = new Int32Array(3 * 4096)
  /** A bit for each window. One is set with the first count, so that none means not seen in this document. */
  windows = new Int32Array(4096)
  readonly #touched = new NumberList()

  add(id: number, field: Field, window: number): void {
    this.#touch(id)
    const at = id * 3 + field
    this.counts[at] = (this.counts[at] ?? 0) + 1
    this.windows[id] = (this.windows[id] ?? 0) | (1 << window)
  }

  /** Adds what another tally has of `from` to what this one has of `id`. */
  addFrom(other: Tally, from: number, id: number): void {
    this.#touch(id)
    for (let field = 0; field < 3; field++) {
      const at = id * 3 + field
      this.counts[at] = (this.counts[at] ?? 0) + (other.counts[from * 3 + field] ?? 0)
    }
    this.windows[id] = (this.windows[id] ?? 0) | (other.windows[from] ?? 0)
  }

  /** What was counted, in the order of first appearance: good until the next is counted. */
  touched(): Uint32Array {
    return this.#touched.view()
  }

  /** Begins anew. */
  clear(): void {
    const touched = this.#touched.view()
    for (let n = 0; n < touched.length; n++) {
      const id = touched[n] ?? 0
      this.counts.fill(0, id * 3, id * 3 + 3)
      this.windows[id] = 0
    }
    this.#touched.clear()
  }

  #touch(id: number): void {
    if (id >= this.windows.length) this.#grow(id)
    if (this.windows[id] === 0) this.#touched.push(id)
  }

  #grow(id: number): void {
    const size = Math.max(this.windows.length * 2, id + 1)
    const counts = new Int32Array(3 * size)
    counts.set(this.counts)
    this.counts = counts
    const windows = new Int32Array(size)
    windows.set(this.windows)
    this.windows = windows
  }
}
