import { type ByteText, withoutTrailingBlanks } from './byte-text.ts'

/** Where a block of lines stands in the base. `exact` is false where only the blanks at line ends differ. */
export interface Places {
  readonly starts: readonly number[]
  readonly exact: boolean
}

/** Finds blocks of whole lines in one file, exactly or but for blanks at line ends. Each line is indexed once. */
export class LineFinder {
  readonly lines: readonly ByteText[]
  #exact: Map<ByteText, number[]> | undefined
  #tolerant: Map<ByteText, number[]> | undefined

  constructor(lines: readonly ByteText[]) {
    this.lines = lines
  }

  /** Whether the block stands at this line; `undefined` if not, else whether to the byte. */
  matchesAt(block: readonly ByteText[], start: number): Pick<Places, 'exact'> | undefined {
    if (start < 0 || start + block.length > this.lines.length) return undefined
    if (block.every((line, offset) => this.lines[start + offset] === line)) return { exact: true }
    const tolerant = block.every(
      (line, offset) => withoutTrailingBlanks(this.lines[start + offset] ?? '') === withoutTrailingBlanks(line),
    )
    return tolerant ? { exact: false } : undefined
  }

  /** All places of the block: the exact ones, or, only where there are none, those that differ in blanks at line ends. */
  find(block: readonly ByteText[]): Places {
    this.#exact ??= index(this.lines, (line) => line)
    const exact = this.#search(block, this.#exact, (line) => line)
    if (exact.length > 0) return { starts: exact, exact: true }
    this.#tolerant ??= index(this.lines, withoutTrailingBlanks)
    return { starts: this.#search(block, this.#tolerant, withoutTrailingBlanks), exact: false }
  }

  #search(block: readonly ByteText[], known: Map<ByteText, number[]>, key: (line: ByteText) => ByteText): number[] {
    const wanted = block.map(key)
    // The rarest line of the block leads the search, so that a long run of equal lines costs nothing.
    let lead = 0
    let candidates: readonly number[] | undefined
    for (const [offset, line] of wanted.entries()) {
      const positions = known.get(line)
      if (positions === undefined) return []
      if (candidates === undefined || positions.length < candidates.length) {
        candidates = positions
        lead = offset
      }
    }
    return (candidates ?? [])
      .map((position) => position - lead)
      .filter((start) => start >= 0 && wanted.every((line, offset) => this.#key(start + offset, key) === line))
  }

  #key(position: number, key: (line: ByteText) => ByteText): ByteText | undefined {
    const line = this.lines[position]
    return line === undefined ? undefined : key(line)
  }
}

function index(lines: readonly ByteText[], key: (line: ByteText) => ByteText): Map<ByteText, number[]> {
  const known = new Map<ByteText, number[]>()
  for (const [position, line] of lines.entries()) {
    const positions = known.get(key(line))
    if (positions === undefined) known.set(key(line), [position])
    else positions.push(position)
  }
  return known
}
