import type { CodeView } from '../code-view.ts'
import { BODY, COMMENT, DEFINITION } from '../segment/posting.ts'
import { PathWords } from './path-words.ts'
import type { TaskQuery } from './task-query.ts'
import type { RankWeights } from './weights.ts'

export interface LexicalSignals {
  /** BM25F over body, comments, definitions, name and folders. */
  lexical: Float64Array
  /** The best window: how much of the task stands in one place of the file. */
  chunk: Float64Array
  /** Identifiers of the task that the file defines or uses. */
  identifier: Float64Array
  /** How much of the file's name the task names. */
  baseName: Float64Array
  /** How rare each term of the task is. */
  idf: Map<string, number>
}

const WINDOWS = 32

/** Scores every file of a view by its words. One pass over the lists of the task's terms; nothing else is touched. */
export function lexicalSignals(view: CodeView, query: TaskQuery, weights: RankWeights): LexicalSignals {
  const count = view.files.length
  const words = PathWords.of(view)
  const averages = averageLengths(view)
  const lexical = new Float64Array(count)
  const identifier = new Float64Array(count)
  const baseName = new Float64Array(count)
  const windows = new Float32Array(count * WINDOWS)
  const frequency = new Float64Array(count)
  const masks = new Uint32Array(count)
  const defines = new Float64Array(count)
  const idf = new Map<string, number>()
  const identifiers = new Set(query.identifiers)
  const norm = (length: number, field: number) =>
    1 - weights.lengthNorm + weights.lengthNorm * (length / Math.max(1, averages[field] ?? 1))
  for (const term of new Set([...query.terms.keys(), ...query.identifiers])) {
    const hits: number[] = []
    view.eachPosting(term, (position, posting) => {
      hits.push(position)
      masks[position] = posting.windows
      defines[position] = posting.definition
      frequency[position] =
        (weights.body * posting.body) / norm(view.length(position, BODY), BODY) +
        (weights.comment * posting.comment) / norm(view.length(position, COMMENT), COMMENT) +
        (weights.definition * posting.definition) / norm(view.length(position, DEFINITION), DEFINITION)
    })
    const inText = hits.length
    const addPath = (positions: readonly number[] | undefined, weight: number) => {
      for (const position of positions ?? []) {
        if (frequency[position] === 0) hits.push(position)
        frequency[position] = (frequency[position] ?? 0) + weight
      }
    }
    addPath(words.names.get(term), weights.name)
    addPath(words.folders.get(term), weights.folder)
    if (hits.length === 0) continue
    const rarity = Math.log(1 + (count - inText + 0.5) / (inText + 0.5))
    idf.set(term, rarity)
    const weight = rarity * (1 + Math.log(query.terms.get(term) ?? 1))
    const isIdentifier = identifiers.has(term)
    for (const position of hits) {
      const tf = frequency[position] ?? 0
      if (query.terms.has(term))
        lexical[position] = (lexical[position] ?? 0) + (weight * tf) / (weights.saturation + tf)
      if (isIdentifier) {
        const strength = (defines[position] ?? 0) > 0 ? 1 : (masks[position] ?? 0) !== 0 ? 0.4 : 0
        identifier[position] = (identifier[position] ?? 0) + strength * rarity
      }
      let mask = masks[position] ?? 0
      while (mask !== 0) {
        const window = 31 - Math.clz32(mask)
        windows[position * WINDOWS + window] = (windows[position * WINDOWS + window] ?? 0) + weight
        mask &= ~(1 << window)
      }
      frequency[position] = 0
      masks[position] = 0
      defines[position] = 0
    }
  }
  for (const term of query.terms.keys()) {
    for (const position of words.names.get(term) ?? []) {
      const all = words.nameTerms[position] ?? []
      const known = all.reduce((sum, name) => sum + (query.terms.has(name) ? 1 : 0), 0)
      baseName[position] = (known / Math.max(1, all.length)) * Math.min(1, (idf.get(term) ?? 0) / 4 + 0.3)
    }
  }
  return { lexical, chunk: bestWindows(windows, count), identifier, baseName, idf }
}

/** A window and a part of its neighbours: what belongs together may lie on both sides of a boundary. */
function bestWindows(windows: Float32Array, count: number): Float64Array {
  const best = new Float64Array(count)
  for (let position = 0; position < count; position++) {
    const at = position * WINDOWS
    let most = 0
    for (let window = 0; window < WINDOWS; window++) most = Math.max(most, windows[at + window] ?? 0)
    best[position] = most
  }
  return best
}

const averagesCache = new WeakMap<CodeView, readonly number[]>()

/** The average length of each field over implementation files, or over all where there are none. */
function averageLengths(view: CodeView): readonly number[] {
  const known = averagesCache.get(view)
  if (known !== undefined) return known
  const sums = [0, 0, 0]
  let files = 0
  for (const [position, file] of view.files.entries()) {
    if (file.role !== 'implementation') continue
    files++
    for (const field of [BODY, COMMENT, DEFINITION]) sums[field] = (sums[field] ?? 0) + view.length(position, field)
  }
  const averages = files === 0 ? [200, 50, 10] : sums.map((sum) => Math.max(1, sum / files))
  averagesCache.set(view, averages)
  return averages
}
