import { crc32 } from 'node:zlib'

/** Slots for some 100,000 tokens: at most half are taken, so that looking for one ends after few steps. */
const SLOTS = 1 << 18
const MAGIC = 0x45504250
const HEADER_WORDS = 3
const NONE = 0x7fffffff

/**
 * The ranks of a byte-pair encoding as one block of bytes that is used in place. Making a map of them at each start would take longer
 * than everything else that counting a context needs.
 *
 * Layout, in 32-bit words: magic, checksum of what follows the header, number of tokens; slots of the hash table (rank plus one); where
 * each token begins (one more than there are tokens); then the tokens' bytes.
 */
export class BpeTable {
  readonly #slots: Int32Array
  readonly #starts: Int32Array
  readonly #bytes: Uint8Array

  private constructor(words: Int32Array, bytes: Uint8Array) {
    const tokens = words[2] ?? 0
    this.#slots = words.subarray(HEADER_WORDS, HEADER_WORDS + SLOTS)
    this.#starts = words.subarray(HEADER_WORDS + SLOTS, HEADER_WORDS + SLOTS + tokens + 1)
    this.#bytes = bytes.subarray(4 * (HEADER_WORDS + SLOTS + tokens + 1))
  }

  /** Undefined for bytes that {@link makeBpeTable} did not make. */
  static read(file: Uint8Array): BpeTable | undefined {
    // 32-bit words have to be aligned in memory.
    const bytes = file.byteOffset % 4 === 0 ? file : Uint8Array.from(file)
    if (bytes.length < 4 * (HEADER_WORDS + SLOTS)) return undefined
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4))
    if (words[0] !== MAGIC || words[1] !== (crc32(bytes.subarray(4 * HEADER_WORDS)) | 0)) return undefined
    return new BpeTable(words, bytes)
  }

  /** How many tokens a run of bytes is that the encoding never joins with its neighbours. */
  count(run: Uint8Array): number {
    if (run.length < 2 || this.#rank(run, 0, run.length) !== NONE) return Math.min(run.length, 1)
    // Parts begin at `starts`; `ranks` has the rank of each part joined with the next. The lowest is joined first, the leftmost of equals.
    const starts = new Int32Array(run.length + 1)
    for (let at = 0; at <= run.length; at++) starts[at] = at
    const ranks = new Int32Array(run.length + 1).fill(NONE)
    let parts = run.length
    const rankAt = (part: number) =>
      part + 2 > parts ? NONE : this.#rank(run, starts[part] ?? 0, starts[part + 2] ?? 0)
    for (let part = 0; part + 1 < parts; part++) ranks[part] = rankAt(part)
    for (;;) {
      let best = 0
      for (let part = 1; part + 1 < parts; part++) if ((ranks[part] ?? NONE) < (ranks[best] ?? NONE)) best = part
      if (parts < 2 || (ranks[best] ?? NONE) === NONE) return parts
      starts.copyWithin(best + 1, best + 2, parts + 1)
      ranks.copyWithin(best + 1, best + 2, parts)
      parts--
      ranks[parts] = NONE
      ranks[best] = rankAt(best)
      if (best > 0) ranks[best - 1] = rankAt(best - 1)
    }
  }

  #rank(run: Uint8Array, from: number, to: number): number {
    let slot = hashOf(run, from, to) & (SLOTS - 1)
    for (;;) {
      const rank = (this.#slots[slot] ?? 0) - 1
      if (rank < 0) return NONE
      if (this.#equals(rank, run, from, to)) return rank
      slot = (slot + 1) & (SLOTS - 1)
    }
  }

  #equals(rank: number, run: Uint8Array, from: number, to: number): boolean {
    const start = this.#starts[rank] ?? 0
    if ((this.#starts[rank + 1] ?? 0) - start !== to - from) return false
    for (let at = from; at < to; at++) if (this.#bytes[start + at - from] !== run[at]) return false
    return true
  }
}

/** Makes the block that {@link BpeTable.read} takes of tokens in the order of their ranks, as text or as bytes. */
export function makeBpeTable(tokens: readonly (string | readonly number[])[]): Uint8Array<ArrayBuffer> {
  const encoded = tokens.map((token) =>
    typeof token === 'string' ? new TextEncoder().encode(token) : Uint8Array.from(token),
  )
  const words = HEADER_WORDS + SLOTS + encoded.length + 1
  const file = new Uint8Array(4 * words + encoded.reduce((sum, token) => sum + token.length, 0))
  const numbers = new Int32Array(file.buffer, 0, words)
  const slots = numbers.subarray(HEADER_WORDS, HEADER_WORDS + SLOTS)
  const starts = numbers.subarray(HEADER_WORDS + SLOTS)
  const bytes = file.subarray(4 * words)
  let start = 0
  for (const [rank, token] of encoded.entries()) {
    bytes.set(token, start)
    start += token.length
    starts[rank + 1] = start
    let slot = hashOf(token, 0, token.length) & (SLOTS - 1)
    while (slots[slot] !== 0) slot = (slot + 1) & (SLOTS - 1)
    slots[slot] = rank + 1
  }
  numbers[0] = MAGIC
  numbers[1] = crc32(file.subarray(4 * HEADER_WORDS))
  numbers[2] = encoded.length
  return file
}

function hashOf(run: Uint8Array, from: number, to: number): number {
  let hash = to - from
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + (run[at] ?? 0)) | 0
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 3
}
