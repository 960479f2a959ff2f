import type { CodeView } from '../code-view.ts'
import { BODY, COMMENT, DEFINITION } from '../segment/posting.ts'
import { PathWords } from './path-words.ts'
import type { TaskQuery } from './task-query.ts'
import type { TaskWords } from './task-words.ts'

export interface LexicalSignals {
  /** BM25F over body, comments, definitions, name and folders. */
  lexical: Float64Array
  /** The same for the words of the first line alone. */
  title: Float64Array
  /** The best window: how much of the task stands in one place of the file. */
  chunk: Float64Array
  /** Identifiers of the task that the file defines; less for those that many define. */
  defines: Float64Array
  /** Identifiers of the task that stand in the file. */
  uses: Float64Array
  /** Words of the first line that the file's definitions are named by. */
  definitions: Float64Array
  /** How much of the file's name the task names. */
  baseName: Float64Array
  /** Words of the first line that folders above the file are named by. */
  folders: Float64Array
  /** How rare each term of the task is. */
  idf: Map<string, number>
}

/** BM25F (Robertson, Zaragoza, Taylor: Simple BM25 extension to multiple weighted fields, 2004): what a field counts. */
const FIELDS = { body: 1, comment: 0.45, definition: 2, name: 6, folder: 2 }
const SATURATION = 1.2
/** How much a field's length counts. */
const LENGTH_NORM = 0.7
const WINDOWS = 32

/** Scores every file of a view by its words. One pass over the lists of the task's terms; nothing else is touched. */
export function lexicalSignals(view: CodeView, query: TaskQuery, taskWords: TaskWords): LexicalSignals {
  const count = view.files.length
  const words = PathWords.of(view)
  const averages = averageLengths(view)
  const lists = () => new Float64Array(count)
  const [lexical, title, defines, uses, baseName] = [lists(), lists(), lists(), lists(), lists()]
  const [definitions, folders] = [lists(), lists()]
  const windows = new Float32Array(count * WINDOWS)
  const frequency = new Float64Array(count)
  const masks = new Uint32Array(count)
  const defined = new Float64Array(count)
  const idf = new Map<string, number>()
  const identifiers = new Set(query.identifiers)
  const norm = (position: number, field: number) =>
    1 - LENGTH_NORM + LENGTH_NORM * (view.length(position, field) / Math.max(1, averages[field] ?? 1))
  for (const term of new Set([...taskWords.all.keys(), ...identifiers])) {
    const hits: number[] = []
    let defining = 0
    view.eachPosting(term, (position, posting) => {
      hits.push(position)
      masks[position] = posting.windows
      defined[position] = posting.definition
      if (posting.definition > 0) defining++
      frequency[position] =
        (FIELDS.body * posting.body) / norm(position, BODY) +
        (FIELDS.comment * posting.comment) / norm(position, COMMENT) +
        (FIELDS.definition * posting.definition) / norm(position, DEFINITION)
    })
    const inText = hits.length
    const addPath = (positions: readonly number[] | undefined, weight: number) => {
      for (const position of positions ?? []) {
        if (frequency[position] === 0) hits.push(position)
        frequency[position] = (frequency[position] ?? 0) + weight
      }
    }
    addPath(words.names.get(term), FIELDS.name)
    addPath(words.folders.get(term), FIELDS.folder)
    if (hits.length === 0) continue
    const rarity = Math.log(1 + (count - inText + 0.5) / (inText + 0.5))
    idf.set(term, rarity)
    const weight = rarity * (taskWords.all.get(term) ?? 0)
    const titleWeight = rarity * (taskWords.title.get(term) ?? 0)
    const isIdentifier = identifiers.has(term)
    for (const position of words.folders.get(term) ?? []) folders[position] = (folders[position] ?? 0) + titleWeight
    for (const [at, position] of hits.entries()) {
      const tf = frequency[position] ?? 0
      const share = tf / (SATURATION + tf)
      lexical[position] = (lexical[position] ?? 0) + weight * share
      title[position] = (title[position] ?? 0) + titleWeight * share
      if (isIdentifier && at < inText) {
        uses[position] = (uses[position] ?? 0) + rarity
        if ((defined[position] ?? 0) > 0) defines[position] = (defines[position] ?? 0) + rarity / Math.sqrt(defining)
      }
      const times = defined[position] ?? 0
      definitions[position] = (definitions[position] ?? 0) + (titleWeight * times) / (times + 1)
      let mask = masks[position] ?? 0
      while (mask !== 0) {
        const window = 31 - Math.clz32(mask)
        windows[position * WINDOWS + window] = (windows[position * WINDOWS + window] ?? 0) + weight
        mask &= ~(1 << window)
      }
      frequency[position] = 0
      masks[position] = 0
      defined[position] = 0
    }
  }
  for (const term of query.terms.keys()) {
    for (const position of words.names.get(term) ?? []) {
      const all = words.nameTerms[position] ?? []
      const known = all.reduce((sum, name) => sum + (query.terms.has(name) ? 1 : 0), 0)
      baseName[position] = (known / Math.max(1, all.length)) * Math.min(1, (idf.get(term) ?? 0) / 4 + 0.3)
    }
  }
  const chunk = bestWindows(windows, count)
  return { lexical, title, chunk, defines, uses, definitions, baseName, folders, idf }
}

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
