/** Weights by feature; `bias` is there for every row. */
export type Weights = Readonly<Record<string, number>>

export interface Row {
  readonly features: Readonly<Record<string, number>>
  readonly right: boolean
  readonly weight: number
}

const STEPS = 12

/** Logistic regression with a ridge penalty (the bias is free), by Newton's method. */
export function fitLogistic(rows: readonly Row[], options: { ridge: number; minOccurrences: number }): Weights {
  const names = ['bias', ...frequentFeatures(rows, options.minOccurrences)]
  const index = new Map(names.map((name, at) => [name, at]))
  const vectors = rows.map(({ features }) => [
    [0, 1] as const,
    ...Object.entries(features).flatMap(([name, value]) => {
      const at = index.get(name)
      return at === undefined ? [] : [[at, value] as const]
    }),
  ])
  const size = names.length
  const weights = new Float64Array(size)
  for (let step = 0; step < STEPS; step++) {
    const gradient = new Float64Array(size)
    const hessian = Array.from({ length: size }, () => new Float64Array(size))
    for (const [at, row] of rows.entries()) {
      const vector = vectors[at] ?? []
      let sum = 0
      for (const [i, value] of vector) sum += (weights[i] ?? 0) * value
      const chance = 1 / (1 + Math.exp(-sum))
      const slope = row.weight * (chance - (row.right ? 1 : 0))
      const bend = row.weight * chance * (1 - chance)
      for (const [i, value] of vector) {
        gradient[i] = (gradient[i] ?? 0) + slope * value
        const line = hessian[i]
        if (line === undefined) continue
        for (const [j, other] of vector) line[j] = (line[j] ?? 0) + bend * value * other
      }
    }
    for (let i = 1; i < size; i++) {
      gradient[i] = (gradient[i] ?? 0) + options.ridge * (weights[i] ?? 0)
      const line = hessian[i]
      if (line !== undefined) line[i] = (line[i] ?? 0) + options.ridge
    }
    const change = solve(hessian, gradient)
    for (let i = 0; i < size; i++) weights[i] = (weights[i] ?? 0) - (change[i] ?? 0)
  }
  return Object.fromEntries(names.map((name, at) => [name, weights[at] ?? 0]))
}

function frequentFeatures(rows: readonly Row[], min: number): string[] {
  const counts = new Map<string, number>()
  for (const { features } of rows)
    for (const name of Object.keys(features)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts]
    .filter(([, count]) => count >= min)
    .map(([name]) => name)
    .sort()
}

/** Solves a symmetric positive definite system in place, by Gauss without pivoting. */
function solve(matrix: Float64Array[], right: Float64Array): Float64Array {
  const size = right.length
  const answer = Float64Array.from(right)
  for (let column = 0; column < size; column++) {
    const pivot = matrix[column] ?? new Float64Array(size)
    const scale = pivot[column] || 1e-12
    for (let row = column + 1; row < size; row++) {
      const line = matrix[row]
      const factor = (line?.[column] ?? 0) / scale
      if (line === undefined || factor === 0) continue
      for (let at = column; at < size; at++) line[at] = (line[at] ?? 0) - factor * (pivot[at] ?? 0)
      answer[row] = (answer[row] ?? 0) - factor * (answer[column] ?? 0)
    }
  }
  for (let row = size - 1; row >= 0; row--) {
    const line = matrix[row] ?? new Float64Array(size)
    let sum = answer[row] ?? 0
    for (let at = row + 1; at < size; at++) sum -= (line[at] ?? 0) * (answer[at] ?? 0)
    answer[row] = sum / (line[row] || 1e-12)
  }
  return answer
}
