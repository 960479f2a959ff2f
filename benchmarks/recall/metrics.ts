import { seededRandom } from '../../packages/pipeline/test/support/seeded-random.ts'

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
  const placesOf = (list: readonly string[], wanted: readonly string[]) =>
    [...new Set(wanted)].map((path) => list.indexOf(path))
  const found = judgeRanks(placesOf(ranked, answer), new Set(answer).size)
  if (tests.answer.length === 0) return found
  return { ...found, tests10: recallAt(placesOf(tests.ranked, tests.answer), new Set(tests.answer).size, 10) }
}

/** The same from the places of an answer's files in the ranking: from 0, below 0 for those that are not in it. */
export function judgeRanks(places: readonly number[], size: number): CaseResult {
  const ranked = places.filter((place) => place >= 0)
  const first = ranked.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...ranked)
  return {
    recall: {
      1: recallAt(ranked, size, 1),
      5: recallAt(ranked, size, 5),
      10: recallAt(ranked, size, 10),
      20: recallAt(ranked, size, 20),
    },
    hit5: first < 5 ? 1 : 0,
    reciprocalRank: 1 / (first + 1),
    tests10: null,
  }
}

function recallAt(places: readonly number[], size: number, k: number): number {
  return places.filter((place) => place >= 0 && place < k).length / size
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
  const random = seededRandom(20_261_122)
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
