import { termsOf, wholeTerm, wordPattern } from '../../words.ts'
import type { Signals } from '../signals.ts'
import type { TaskQuery } from '../task-query.ts'
import { raritiesOf } from './rarities.ts'
import { MAX_PLACES, type SearchedText, SHORT } from './searched-text.ts'
import { TermSet } from './term-set.ts'

/** Terms that are looked for, of the first line and of the rest. */
const TERMS = 24
/** Words that are looked for as they are written. */
const WRITTEN = 24
const SHORTEST_WRITTEN = 3
/** Words of the first line that are taken as they follow each other: one that is longer is a text in one line. */
const LONGEST_TITLE = 40
/** Pairs of words that are looked for, of the lines after the first. */
const OTHER_PAIRS = 40
/** What looks like the name of something in a program, and not like a word. */
const IDENTIFIER = /[a-z][A-Z]|_|[A-Z]{3}/

/** Terms of the task in one line, as the bits of their sets. */
export interface LineTerms {
  /** From 0. */
  line: number
  title: number
  rest: number
}

/** A name all of whose words stand in the first line. */
export interface TitleName {
  /** By the rarity of its words. */
  worth: number
  declared: boolean
}

/** Where one text has what the task speaks of. */
export interface TaskFound {
  /** In the order of the text. */
  lines: readonly LineTerms[]
  /** How much of the first line its pairs of words are that stand side by side. */
  pairs: number
  /** How much of the first line the longest run of its words is that follow each other as they do there. */
  phrase: number
  /** How many pairs of words of the other lines stand side by side. */
  otherPairs: number
  /** Words of the first line that stand there as they are written. */
  written: readonly string[]
  /** The most of the first line that one line has in quotes. */
  literal: number
  /** By the name without its case and separators. */
  names: ReadonlyMap<string, TitleName>
}

/** What of a task is looked for in texts. */
export class TaskInText {
  readonly title: TermSet
  /** The other lines of the task. */
  readonly rest: TermSet
  /** Identifiers of the whole task, as they are written. */
  readonly identifiers: readonly string[]
  /** The terms of the first line as they follow each other, those that are looked for. */
  readonly #sequence: readonly string[]
  readonly #otherPairs: readonly (readonly [string, string])[]
  /** Words of the first line as they are written, with a term that is found wherever the word stands. */
  readonly #written: readonly { word: string; term: string | undefined }[]
  /** What each name that was met is worth; 0 for those that say something else. */
  readonly #names = new Map<string, number>()

  constructor(query: TaskQuery, { words, idf }: Pick<Signals, 'words' | 'idf'>) {
    this.title = new TermSet(raritiesOf(words.title, idf), TERMS)
    const ofTitle = new Set(this.title.terms)
    this.rest = new TermSet(new Map([...raritiesOf(words.all, idf)].filter(([term]) => !ofTitle.has(term))), TERMS)
    const saying = (word: string) =>
      word.length >= SHORTEST_WRITTEN && termsOf(word).some((term) => query.titleTerms.has(term))
    this.#written = wordsOf(query.title)
      .filter(saying)
      .slice(0, WRITTEN)
      .map((word) => ({ word, term: this.title.terms.find((term) => isBeginning(term, word)) }))
    this.identifiers = query.written.filter((word) => IDENTIFIER.test(word)).slice(0, WRITTEN)
    this.#sequence = query.titleSequence.slice(0, LONGEST_TITLE)
    const sought = new Set([...ofTitle, ...this.rest.terms])
    this.#otherPairs = query.otherPairs.filter((pair) => pair.every((term) => sought.has(term))).slice(0, OTHER_PAIRS)
  }

  findIn(text: SearchedText): TaskFound {
    const lines = new Map<number, LineTerms>()
    const literals = new Map<number, number>()
    const names = new Map<string, TitleName>()
    const places = new Map<string, readonly number[]>()
    const note = (terms: TermSet, of: 'title' | 'rest') => {
      for (const [bit, term] of terms.terms.entries()) {
        const found = text.places(term)
        places.set(term, found)
        for (const at of found) {
          const line = text.lineOf(at)
          const known = lines.get(line) ?? { line, title: 0, rest: 0 }
          lines.set(line, known)
          known[of] |= 1 << bit
          if (of === 'rest') continue
          if (text.isQuoted(at, line)) literals.set(line, (literals.get(line) ?? 0) | (1 << bit))
          this.#noteName(text, at, line, names)
        }
      }
    }
    note(this.title, 'title')
    note(this.rest, 'rest')
    const isPair = ([first, second]: readonly [string, string]) =>
      places.get(first)?.some((at) => text.following(at, first.length, second) >= 0) ?? false
    return {
      lines: [...lines.values()].sort((a, b) => a.line - b.line),
      ...this.#phrases(text, places),
      otherPairs: this.#otherPairs.filter(isPair).length,
      written: this.#writtenIn(text, places),
      literal: [...literals.values()].reduce((most, bits) => Math.max(most, this.title.share(bits)), 0),
      names,
    }
  }

  #writtenIn(text: SearchedText, places: ReadonlyMap<string, readonly number[]>): string[] {
    return this.#written
      .filter(({ word, term }) => {
        const known = term === undefined ? undefined : places.get(term)
        // Where only the first places were looked at, the word may stand at a later one.
        if (known === undefined || known.length === MAX_PLACES) return text.placeOf(word) >= 0
        return known.some((at) => text.isWhole(at, word))
      })
      .map(({ word }) => word)
  }

  /** Walks along the first line from each of its words as far as the text does. */
  #phrases(text: SearchedText, places: ReadonlyMap<string, readonly number[]>): Pick<TaskFound, 'pairs' | 'phrase'> {
    const found = new Map<string, number>()
    let phrase = 0
    for (const [begin, first] of this.#sequence.entries()) {
      for (const place of places.get(first) ?? []) {
        let bits = this.title.bitsOf([first])
        let [at, last] = [place, first]
        for (let next = begin + 1; next < this.#sequence.length; next++) {
          const term = this.#sequence[next] ?? ''
          const bit = this.title.bitsOf([term])
          at = bit === 0 ? -1 : text.following(at, last.length, term)
          if (at < 0) break
          if (next === begin + 1) found.set(`${first} ${term}`, this.title.share(bits | bit))
          bits |= bit
          last = term
        }
        if (last !== first) phrase = Math.max(phrase, this.title.share(bits))
      }
    }
    return { pairs: [...found.values()].reduce((sum, share) => sum + share, 0), phrase }
  }

  #noteName(text: SearchedText, at: number, line: number, names: Map<string, TitleName>): void {
    const found = text.nameAt(at)
    if (found === undefined) return
    const worth = this.#worthOf(found.name)
    if (worth === 0) return
    const key = wholeTerm(found.name)
    const known = names.get(key)
    if (known?.declared) return
    names.set(key, { worth, declared: text.isDeclared(found.start, found.name.length, line) })
  }

  #worthOf(name: string): number {
    let worth = this.#names.get(name)
    if (worth === undefined) {
      const terms = termsOf(name).slice(0, -1)
      const bits = this.title.bitsOf(terms)
      const whole = new Set(terms).size > 1 && terms.every((term) => this.title.terms.includes(term))
      worth = whole ? this.title.worth(bits) : 0
      this.#names.set(name, worth)
    }
    return worth
  }
}

/** Of a short term not all places are found where a longer word begins with it. */
function isBeginning(term: string, word: string): boolean {
  return term.length > SHORT && word.toLowerCase().startsWith(term)
}

function wordsOf(text: string): string[] {
  return [...new Set(text.match(wordPattern(text)) ?? [])]
}
