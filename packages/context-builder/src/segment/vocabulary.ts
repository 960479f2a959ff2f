import { termsOf } from '../words.ts'
import { WordTable } from './word-table.ts'

/** Words and terms by number. Made once for many segments: words repeat far more than they differ, and splitting one is slow. */
export class Vocabulary {
  readonly #terms = new Map<string, number>()
  readonly #names: string[] = []
  readonly #words = new Map<string, number>()
  /** Words in texts are looked up as bytes first. */
  readonly #inTexts = new WordTable()
  #wordOfBytes = new Int32Array(1 << 13)
  readonly #termsOfWord: (readonly number[])[] = []

  get words(): number {
    return this.#words.size
  }

  get terms(): number {
    return this.#names.length
  }

  /** The number of a word. */
  word(word: string): number {
    const known = this.#words.get(word)
    if (known !== undefined) return known
    const number = this.#termsOfWord.length
    this.#words.set(word, number)
    this.#termsOfWord.push(termsOf(word).map((term) => this.#term(term)))
    return number
  }

  /** As {@link word}, for one that stands in `text`, in UTF-8; `hash` is a function of it. */
  wordIn(text: Uint8Array, from: number, to: number, hash: number): number {
    const found = this.#inTexts.find(text, from, to, hash)
    if (found >= 0) return this.#wordOfBytes[found] ?? 0
    const number = this.word(Buffer.from(text.buffer, text.byteOffset + from, to - from).toString('utf8'))
    const at = this.#inTexts.size - 1
    if (at >= this.#wordOfBytes.length) {
      const grown = new Int32Array(this.#wordOfBytes.length * 2)
      grown.set(this.#wordOfBytes)
      this.#wordOfBytes = grown
    }
    this.#wordOfBytes[at] = number
    return number
  }

  /** The terms a word is found by. */
  termsOf(word: number): readonly number[] {
    return this.#termsOfWord[word] ?? []
  }

  /** What a term's number stands for. */
  name(term: number): string {
    return this.#names[term] ?? ''
  }

  number(name: string): number {
    return this.#terms.get(name) ?? -1
  }

  #term(name: string): number {
    const known = this.#terms.get(name)
    if (known !== undefined) return known
    const number = this.#names.length
    this.#terms.set(name, number)
    this.#names.push(name)
    return number
  }
}
