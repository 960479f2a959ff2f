/** Words as bytes, each with a number. Found by a hash that the reader of a text makes along the way, without making strings. */
export class WordTable {
  #slots = new Int32Array(1 << 13)
  #size = 0
  #hashes = new Int32Array(1 << 12)
  /** Where each word begins in the bytes; one more than there are words. */
  #starts = new Int32Array((1 << 12) + 1)
  #bytes = new Uint8Array(1 << 16)

  /**
   * The number of the word that stands in `text` from `from` to `to`; -1 if it is new, and then it has the next number: words are
   * numbered from 0 in the order of their first appearance.
   */
  find(text: Uint8Array, from: number, to: number, hash: number): number {
    const mask = this.#slots.length - 1
    let slot = spread(hash) & mask
    for (;;) {
      const entry = (this.#slots[slot] ?? 0) - 1
      if (entry < 0) break
      if (this.#hashes[entry] === hash && this.#equals(entry, text, from, to)) return entry
      slot = (slot + 1) & mask
    }
    this.#add(text, from, to, hash)
    return -1
  }

  get size(): number {
    return this.#size
  }

  #equals(entry: number, text: Uint8Array, from: number, to: number): boolean {
    const start = this.#starts[entry] ?? 0
    if ((this.#starts[entry + 1] ?? 0) - start !== to - from) return false
    for (let at = from; at < to; at++) if (this.#bytes[start + at - from] !== text[at]) return false
    return true
  }

  #add(text: Uint8Array, from: number, to: number, hash: number): void {
    const start = this.#starts[this.#size] ?? 0
    const end = start + to - from
    if (end > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, end))
      bytes.set(this.#bytes)
      this.#bytes = bytes
    }
    this.#bytes.set(text.subarray(from, to), start)
    // Half as many words as slots: looking for one ends after few steps.
    if (this.#size === this.#hashes.length) this.#grow()
    this.#hashes[this.#size] = hash
    this.#starts[this.#size + 1] = end
    this.#place(this.#size)
    this.#size++
  }

  #grow(): void {
    const capacity = this.#size * 2
    const hashes = new Int32Array(capacity)
    hashes.set(this.#hashes)
    this.#hashes = hashes
    const starts = new Int32Array(capacity + 1)
    starts.set(this.#starts)
    this.#starts = starts
    this.#slots = new Int32Array(capacity * 2)
    for (let entry = 0; entry < this.#size; entry++) this.#place(entry)
  }

  #place(entry: number): void {
    const mask = this.#slots.length - 1
    let slot = spread(this.#hashes[entry] ?? 0) & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    this.#slots[slot] = entry + 1
  }
}

function spread(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 3
}
