/** Lines with their ends; only the last may lack one. Joining them gives the text back. */
export function splitLines(text: string): string[] {
  if (text === '') return []
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  const ended = lines.map((line) => `${line}\n`)
  return last === '' ? ended : [...ended, last]
}

const TOKEN = /\d+(?:[.+-][\p{L}\p{N}]+)+|[\p{L}\p{N}_$]+|[ \t]+|\r?\n|[\s\S]/gu

/** Words, version numbers, runs of blanks, line ends and single marks: the finest pieces that a merge moves. */
export function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? []
}

/** The words of a text: identifiers, keywords, numbers. */
export function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}_$]+/gu) ?? []
}

/** A text without any white space, to tell a change of content from one of form. */
export function withoutSpace(text: string): string {
  return text.replace(/\s+/g, '')
}

/** How often each item occurs. */
export class Counts {
  readonly #counts = new Map<string, number>()

  constructor(items: Iterable<string>) {
    for (const item of items) this.#counts.set(item, this.of(item) + 1)
  }

  of(item: string): number {
    return this.#counts.get(item) ?? 0
  }

  keys(): Iterable<string> {
    return this.#counts.keys()
  }
}

/** Lines by content: trimmed, blank ones left out. */
export function lineCounts(lines: readonly string[]): Counts {
  return new Counts(lines.map((line) => line.trim()).filter((line) => line !== ''))
}

/** How much two texts share, by words: 1 is the same words in the same order, 0 is none. */
export function likeness(a: string, b: string): number {
  const left = wordsOf(a)
  const right = wordsOf(b)
  if (left.length + right.length === 0) return 1
  const counts = new Counts(left)
  const seen = new Map<string, number>()
  let shared = 0
  for (const word of right) {
    const used = seen.get(word) ?? 0
    if (used < counts.of(word)) shared++
    seen.set(word, used + 1)
  }
  return (2 * shared) / (left.length + right.length)
}
