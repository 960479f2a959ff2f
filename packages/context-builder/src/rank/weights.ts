/**
 * What each part of the ranking counts. The numbers began as the answer of `benchmarks/recall/fit.ts` on past commits of three repositories
 * (flask, pytest, vite), were rounded, and then adjusted by hand on the same three; no other repository had a say.
 */
export interface RankWeights {
  /** BM25F: fields, saturation, and how much a field's length counts. */
  body: number
  comment: number
  definition: number
  name: number
  folder: number
  saturation: number
  lengthNorm: number
  /** Signals, each scaled to 0…1, added up. */
  lexical: number
  chunk: number
  identifier: number
  mention: number
  baseName: number
  history: number
  frequency: number
  /** Multipliers: 1 + this for a file in a package or folder that the task names. */
  scope: number
  package: number
  /** Added for files that change together with the first three, and for their neighbours by import: shares of the best score. */
  together: number
  neighbour: number
  /** Divisor: 1 + this × log(1 + files that import it), unless the task names the file. */
  hub: number
}

export const defaultWeights: RankWeights = {
  body: 1,
  comment: 0.45,
  definition: 2,
  name: 6,
  folder: 2,
  saturation: 1.2,
  lengthNorm: 0.7,
  lexical: 1,
  chunk: 0.5,
  identifier: 0.25,
  mention: 2,
  baseName: 0.3,
  history: 0.3,
  frequency: 0.2,
  scope: 2,
  package: 0.3,
  together: 0.1,
  neighbour: 0,
  hub: 0,
}
