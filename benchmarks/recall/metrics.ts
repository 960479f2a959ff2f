/** What one ranking made of one case. */
export interface CaseResult {
  recall: Record<'1' | '5' | '10' | '20', number>
  hit5: number
  reciprocalRank: number
  /** Null where the commit modified no test. */
  tests10: number | null
}

export function judge(
  ranked: readonly string[],
  answer: readonly string[],
  tests: { ranked: readonly string[]; answer: readonly string[] },
): CaseResult {
  const wanted = new Set(answer)
  const first = ranked.findIndex((path) => wanted.has(path))
  return {
    recall: {
      1: recallAt(ranked, wanted, 1),
      5: recallAt(ranked, wanted, 5),
      10: recallAt(ranked, wanted, 10),
      20: recallAt(ranked, wanted, 20),
    },
    hit5: first >= 0 && first < 5 ? 1 : 0,
    reciprocalRank: first < 0 ? 0 : 1 / (first + 1),
    tests10: tests.answer.length === 0 ? null : recallAt(tests.ranked, new Set(tests.answer), 10),
  }
}

function recallAt(ranked: readonly string[], wanted: ReadonlySet<string>, k: number): number {
  return ranked.slice(0, k).filter((path) => wanted.has(path)).length / wanted.size
}

export interface Estimate {
  mean: number
  low: number
  high: number
}

/** Mean with its 95 % interval by bootstrap (2,000 samples, fixed seed, so that a run can be repeated). */
export function estimate(values: readonly number[]): Estimate {
  const mean = average(values)
  if (values.length < 2) return { mean, low: mean, high: mean }
  const random = generator(20_261_122)
  const means = Array.from({ length: 2_000 }, () => {
    let sum = 0
    for (let n = 0; n < values.length; n++) sum += values[Math.floor(random() * values.length)] ?? 0
    return sum / values.length
  }).sort((a, b) => a - b)
  return { mean, low: means[49] ?? mean, high: means[1949] ?? mean }
}

export function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** mulberry32 */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
