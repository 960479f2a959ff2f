import { sha256 } from '@patchlane/kernel'
import { z } from 'zod'
import { SmallFile } from '../small-file.ts'
import { BpeTable, makeBpeTable } from './bpe-table.ts'

/** Counts tokens as a model would. Counts of different models differ by some per cent: leave a margin. */
export interface TokenCounter {
  count(text: string): Promise<number>
  /** Called when a context is built: the time to keep what would be of use to the next process. */
  flush?(): Promise<void>
}

/** Counts kept by the content they are of. */
const REMEMBERED = 20_000
const REMEMBERED_RUNS = 50_000
const ENCODING = 'cl100k_base'
/** Raise it when the form of the table changes. */
const TABLE_REVISION = 1
const utf8 = new TextEncoder()
/** What a text is cut into for counting, so that an edit in one place leaves the other counts known. */
const PIECE = 4_000

/**
 * The `cl100k_base` encoding, loaded when it is first needed. Text that looks like a special token is counted as text: a repository may
 * hold anything.
 */
export class BpeTokenCounter implements TokenCounter {
  readonly #known = new Map<string, number>()
  readonly #directory: string | undefined
  readonly #file: SmallFile | undefined
  #loaded: Promise<void> | undefined
  #added = 0
  #table: Promise<BpeTable> | undefined
  /** Counts of runs: words come again and again. */
  readonly #runs = new Map<string, number>()

  /** With a folder, counts are kept there: loading the encoding takes longer than most contexts. */
  constructor(options: { directory?: string } = {}) {
    this.#directory = options.directory
    this.#file = options.directory === undefined ? undefined : new SmallFile(options.directory, 'token-counts.json')
  }

  /** Writes new counts to the folder. A failure costs time at the next start, and nothing else. */
  async flush(): Promise<void> {
    if (this.#file === undefined || this.#added === 0) return
    this.#added = 0
    await this.#file.write(JSON.stringify(Object.fromEntries(this.#known))).catch(() => undefined)
  }

  async #load(): Promise<void> {
    const text = await this.#file?.read()
    const parsed = countsSchema.safeParse(text === undefined ? {} : safeJson(text))
    for (const [key, count] of Object.entries(parsed.data ?? {})) this.#known.set(key, count)
  }

  async count(text: string): Promise<number> {
    this.#loaded ??= this.#load()
    await this.#loaded
    let total = 0
    for (const piece of pieces(text)) total += await this.#countPiece(piece)
    return total
  }

  #countRuns(table: BpeTable, piece: string): number {
    let total = 0
    for (const [run] of piece.matchAll(RUNS)) {
      let tokens = this.#runs.get(run)
      if (tokens === undefined) {
        tokens = table.count(utf8.encode(run))
        if (this.#runs.size >= REMEMBERED_RUNS) this.#runs.clear()
        this.#runs.set(run, tokens)
      }
      total += tokens
    }
    return total
  }

  async #countPiece(piece: string): Promise<number> {
    const key = sha256(piece).slice(0, 20)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    this.#table ??= loadTable(this.#directory)
    const tokens = this.#countRuns(await this.#table, piece)
    if (this.#known.size >= REMEMBERED) this.#known.clear()
    this.#known.set(key, tokens)
    this.#added++
    return tokens
  }
}

/** What the encoding cuts a text into before it looks at bytes: it never joins across such a cut. */
const RUNS =
  /'(?:[sS]|[dD]|[mM]|[tT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+$|\s*[\r\n]|\s+(?!\S)|\s/gu

const countsSchema = z.record(z.string(), z.number().int().nonnegative())

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The encoding's table, kept in the folder: made from the package of its ranks once, which takes a tenth of a second or more. */
async function loadTable(directory: string | undefined): Promise<BpeTable> {
  const file = directory === undefined ? undefined : new SmallFile(directory, `${ENCODING}-${TABLE_REVISION}.bpe`)
  const kept = await file?.readBytes()
  const known = kept === undefined ? undefined : BpeTable.read(kept)
  if (known !== undefined) return known
  const { default: ranks } = await import('gpt-tokenizer/bpeRanks/cl100k_base')
  const bytes = makeBpeTable(ranks)
  await file?.write(bytes).catch(() => undefined)
  const made = BpeTable.read(bytes)
  if (made === undefined) throw new TypeError(`The table of ${ENCODING} cannot be read back.`)
  return made
}

/** Cuts at line ends, where the encoding cuts too, so that the sum is that of the whole but for a token or two. */
function pieces(text: string): string[] {
  const list: string[] = []
  let from = 0
  while (text.length - from > PIECE) {
    const end = text.lastIndexOf('\n', from + PIECE)
    const cut = end > from ? end + 1 : from + PIECE
    list.push(text.slice(from, cut))
    from = cut
  }
  if (from < text.length) list.push(text.slice(from))
  return list
}
