/** Some terms as the bits of a number, the rarest first: which of them stand in a place is one number, whatever the place. */
export class TermSet {
  readonly terms: readonly string[]
  /** What all of them say. */
  readonly total: number
  readonly #rarities: readonly number[]
  readonly #known = new Map<number, number>()

  /** @param most No more than 31. */
  constructor(rarities: ReadonlyMap<string, number>, most: number) {
    const rarest = [...rarities].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, most)
    this.terms = rarest.map(([term]) => term)
    this.#rarities = rarest.map(([, rarity]) => rarity)
    this.total = this.#rarities.reduce((sum, rarity) => sum + rarity, 0)
  }

  /** What some of the terms say, each counted once. */
  worth(bits: number): number {
    let worth = this.#known.get(bits)
    if (worth === undefined) {
      worth = this.#rarities.reduce((sum, rarity, bit) => sum + (bits & (1 << bit) ? rarity : 0), 0)
      this.#known.set(bits, worth)
    }
    return worth
  }

  /** The part of all that some of the terms say; 0 where there are none. */
  share(bits: number): number {
    return this.total === 0 ? 0 : this.worth(bits) / this.total
  }

  /** The bits of those of some terms that are in the set. */
  bitsOf(terms: Iterable<string>): number {
    let bits = 0
    for (const term of terms) {
      const bit = this.terms.indexOf(term)
      if (bit >= 0) bits |= 1 << bit
    }
    return bits
  }
}
