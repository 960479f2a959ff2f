import { lowerBound } from '../lower-bound.ts'
import { termsOf, wordPattern } from '../words.ts'

/** What a word says of a task is the same in every file. */
const knownWords = new WeakMap<ReadonlyMap<string, number>, Map<string, readonly string[]>>()

/** Which terms of a task stand in which lines of a file. Each line is read once, however many definitions it belongs to. */
export class TermsOfLines {
  readonly #terms: ReadonlyMap<string, number>
  readonly #known: Map<string, readonly string[]>
  /** In order, with the line that each stands in. */
  readonly #found: { line: number; term: string }[] = []

  /** `terms` of the task; each instance with the same map shares what it learns about words. */
  constructor(text: string, terms: ReadonlyMap<string, number>) {
    this.#terms = terms
    this.#known = knownWords.get(terms) ?? new Map()
    knownWords.set(terms, this.#known)
    let [line, lineEnd] = [1, endOfLine(text, 0)]
    for (const { 0: word, index } of text.matchAll(wordPattern(text))) {
      for (; index > lineEnd; line++) lineEnd = endOfLine(text, lineEnd + 1)
      for (const term of this.#ofTask(word)) this.#found.push({ line, term })
    }
  }

  termsIn(text: string): ReadonlySet<string> {
    return new Set((text.match(wordPattern(text)) ?? []).flatMap((word) => this.#ofTask(word)))
  }

  /** The terms of the lines from `first` to `last`, counted from 1, both included. */
  between(first: number, last: number): ReadonlySet<string> {
    const terms = new Set<string>()
    const from = lowerBound(this.#found.length, (at) => (this.#found[at]?.line ?? 0) < first)
    for (let at = from; at < this.#found.length; at++) {
      const found = this.#found[at]
      if (found === undefined || found.line > last) break
      terms.add(found.term)
    }
    return terms
  }

  #ofTask(word: string): readonly string[] {
    let terms = this.#known.get(word)
    if (terms === undefined) {
      terms = termsOf(word).filter((term) => this.#terms.has(term))
      this.#known.set(word, terms)
    }
    return terms
  }
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf('\n', from)
  return at === -1 ? text.length : at
}
