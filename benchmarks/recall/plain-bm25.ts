import { type CodeView, termsOf, wordPattern } from '@patchlane/context-builder'

const K1 = 1.2
const B = 0.75

/** The baseline: BM25 (k1 1.2, b 0.75) over contents and path as one text, every word of the task counting alike. */
export function plainBm25(view: CodeView, task: string, files: (position: number) => boolean): string[] {
  const lengths = view.files.map((_, at) => view.length(at, 0) + view.length(at, 1) + 5)
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length)
  const pathTerms = view.files.map(({ path }) => new Set((path.match(wordPattern(path)) ?? []).flatMap(termsOf)))
  const scores = new Float64Array(view.files.length)
  const words = task.match(wordPattern(task)) ?? []
  for (const term of new Set(words.flatMap(termsOf))) {
    const counts = new Map<number, number>()
    view.eachPosting(term, (at, posting) => counts.set(at, posting.body + posting.comment))
    for (const [at, terms] of pathTerms.entries()) if (terms.has(term)) counts.set(at, (counts.get(at) ?? 0) + 1)
    const rarity = Math.log(1 + (view.files.length - counts.size + 0.5) / (counts.size + 0.5))
    for (const [at, tf] of counts) {
      const norm = 1 - B + (B * (lengths[at] ?? 1)) / average
      scores[at] = (scores[at] ?? 0) + (rarity * tf * (K1 + 1)) / (tf + K1 * norm)
    }
  }
  return [...scores.keys()]
    .filter((at) => (scores[at] ?? 0) > 0 && files(at))
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
    .map((at) => view.file(at).path)
}
