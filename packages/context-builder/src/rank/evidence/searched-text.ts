import { lineStarts } from '../../line-starts.ts'
import { lowerBound } from '../../lower-bound.ts'

/** What is beyond this is data, or too long to say anything by one of its lines. In UTF-16 code units. */
const MAX_LENGTH = 200_000
/** Places of one word that are looked at in one text. */
export const MAX_PLACES = 300
/** So short a term is one only where nothing but a plural follows. */
export const SHORT = 3
/** Longest identifier that is a name. */
const MAX_NAME = 80
/** How far a line is read. What is longer is data, and would be read again from its beginning for each of its words. */
const MAX_LINE = 400

/**
 * A text in which words are looked for, one after another, as a search does it: nearly none of its words is asked about, and those need not be read.
 */
export class SearchedText {
  readonly #text: string
  readonly #lower: string
  readonly #starts: readonly number[]

  constructor(text: string) {
    this.#text = text.slice(0, MAX_LENGTH)
    const lower = this.#text.toLowerCase()
    // Some letters are two when small; then places in one are not places in the other.
    this.#lower = lower.length === this.#text.length ? lower : this.#text.replace(/[A-Z]+/g, (run) => run.toLowerCase())
    this.#starts = lineStarts(this.#text)
  }

  /** Where a word, or a part of one, begins with a term: `valid` stands in `validate`, `isValid` and `VALID_ID`, not in `invalid`. */
  places(term: string): number[] {
    const places: number[] = []
    for (let at = this.#lower.indexOf(term); at >= 0; at = this.#lower.indexOf(term, at + term.length)) {
      if (!this.#beginsPart(at) || (term.length <= SHORT && !this.#endsPart(at + term.length))) continue
      places.push(at)
      if (places.length === MAX_PLACES) break
    }
    return places
  }

  /** Where a term follows right behind the word that begins with another one at a place: `read config`, `readConfig`, `reading_configs`; -1 where it does not. */
  following(at: number, length: number, term: string): number {
    let next = at + length
    if (this.#lower.startsWith(term, next)) return next
    while (isSmall(this.#text.charCodeAt(next))) next++
    for (let gap = 0; gap < 3 && !isWordCharacter(this.#text.charCodeAt(next)); gap++) next++
    return this.#lower.startsWith(term, next) ? next : -1
  }

  /** Where a word stands as it is written, with nothing of a word around it; -1 where it does not. */
  placeOf(word: string): number {
    for (let at = this.#text.indexOf(word); at >= 0; at = this.#text.indexOf(word, at + word.length)) {
      if (this.isWhole(at, word)) return at
    }
    return -1
  }

  /** Whether a word stands at a place as it is written, with nothing of a word around it. */
  isWhole(at: number, word: string): boolean {
    return (
      this.#text.startsWith(word, at) &&
      !isName(this.#text.charCodeAt(at - 1)) &&
      !isName(this.#text.charCodeAt(at + word.length))
    )
  }

  includes(text: string): boolean {
    return this.#text.includes(text)
  }

  /** The line of a place, from 0. */
  lineOf(at: number): number {
    return lowerBound(this.#starts.length, (line) => (this.#starts[line] ?? 0) <= at) - 1
  }

  /** The identifier around a place, and where it begins; undefined for what is too long to be one. */
  nameAt(at: number): { name: string; start: number } | undefined {
    let [start, end] = [at, at]
    while (at - start <= MAX_NAME && isName(this.#text.charCodeAt(start - 1))) start--
    while (end - at <= MAX_NAME && isName(this.#text.charCodeAt(end))) end++
    return end - start > MAX_NAME ? undefined : { name: this.#text.slice(start, end), start }
  }

  /** Whether a place stands behind a quote that its line has not closed before. */
  isQuoted(at: number, line = this.lineOf(at)): boolean {
    const begin = this.#starts[line] ?? 0
    if (at - begin > MAX_LINE) return false
    let quote = 0
    for (let next = begin; next < at; next++) {
      const code = this.#text.charCodeAt(next)
      if (code === quote) quote = 0
      else if (quote === 0 && (code === 0x22 || code === 0x27 || code === 0x60)) quote = code
    }
    return quote !== 0
  }

  /** Whether the line of a name looks as if it gave it a meaning: a field, a member, a key, a parameter of its own line. */
  isDeclared(start: number, length: number, line = this.lineOf(start)): boolean {
    const begin = this.#starts[line] ?? 0
    const end = (this.#starts[line + 1] ?? this.#text.length + 1) - 1
    return (
      start - begin <= MAX_LINE &&
      BEFORE_NAME.test(this.#text.slice(begin, start)) &&
      AFTER_NAME.test(this.#text.slice(start + length, Math.min(end, start + length + MAX_NAME)))
    )
  }

  #beginsPart(at: number): boolean {
    const [before, first] = [this.#text.charCodeAt(at - 1), this.#text.charCodeAt(at)]
    if (!isLetter(before) || first > 0x7f) return true
    if (!isCapital(first)) return false
    return !isCapital(before) || isSmall(this.#text.charCodeAt(at + 1))
  }

  #endsPart(at: number): boolean {
    const plural = this.#text.charCodeAt(at) === 0x73 ? at + 1 : at
    return !isSmall(this.#text.charCodeAt(plural))
  }
}

const BEFORE_NAME =
  /^\s*(?:(?:export|public|private|protected|internal|static|readonly|final|pub(?:\([^)]*\))?|const|let|var|override|abstract|async|declare|get|set|val)\s+)*(?:self\.|this\.|["'[*|#])*$/
const AFTER_NAME = /^["'\]]?[?!]?\s*(?::(?!:)|=(?!=)|[,({]|$|[A-Za-z*[])/

function isSmall(code: number): boolean {
  return code >= 0x61 && code <= 0x7a
}

function isCapital(code: number): boolean {
  return code >= 0x41 && code <= 0x5a
}

function isLetter(code: number): boolean {
  return isSmall(code) || isCapital(code)
}

function isWordCharacter(code: number): boolean {
  return isLetter(code) || (code >= 0x30 && code <= 0x39) || code > 0x7f
}

function isName(code: number): boolean {
  return isWordCharacter(code) || code === 0x5f || code === 0x24
}
