/**
 * Learns how much output calls really make, so that reservations need not assume the allowed maximum: `max_tokens` is
 * seldom used up, and reserving it wastes most of an output limit.
 */
export class OutputEstimator {
  readonly #samples = new Map<string, number[]>()
  readonly #size: number
  readonly #quantile: number

  /** @param options `size`: the latest outputs that count, per kind of call (@default 200). `quantile`: @default 0.9 */
  constructor(options: { size?: number; quantile?: number } = {}) {
    this.#size = options.size ?? 200
    this.#quantile = options.quantile ?? 0.9
  }

  /** The quantile of what was seen for `kind`, at most `maximum`; `maximum` until ten outputs were seen. */
  estimate(kind: string, maximum: number): number {
    const samples = this.#samples.get(kind) ?? []
    if (samples.length < 10) return maximum
    const sorted = samples.toSorted((a, b) => a - b)
    return Math.min(maximum, sorted[Math.ceil(sorted.length * this.#quantile) - 1] ?? maximum)
  }

  record(kind: string, outputTokens: number): void {
    const samples = this.#samples.get(kind) ?? []
    this.#samples.set(kind, [...samples, outputTokens].slice(-this.#size))
  }
}
