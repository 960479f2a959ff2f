import { sha256 } from '@patchlane/kernel'

/** Counts tokens as a model would. Counts of different models differ by some per cent: leave a margin. */
export interface TokenCounter {
  count(text: string): Promise<number>
}

/** Counts kept by the content they are of. */
const REMEMBERED = 20_000
/** What a text is cut into for counting, so that an edit in one place leaves the other counts known. */
const PIECE = 4_000

/**
 * The `cl100k_base` encoding, loaded when it is first needed. Text that looks like a special token is counted as text: a repository may
 * hold anything.
 */
export class BpeTokenCounter implements TokenCounter {
  readonly #known = new Map<string, number>()
  #encoder: Promise<(text: string) => number> | undefined

  async count(text: string): Promise<number> {
    let total = 0
    for (const piece of pieces(text)) total += await this.#countPiece(piece)
    return total
  }

  async #countPiece(piece: string): Promise<number> {
    const key = piece.length < 64 ? piece : sha256(piece)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    this.#encoder ??= loadEncoder()
    const tokens = (await this.#encoder)(piece)
    if (this.#known.size >= REMEMBERED) this.#known.clear()
    this.#known.set(key, tokens)
    return tokens
  }
}

async function loadEncoder(): Promise<(text: string) => number> {
  const { countTokens } = await import('gpt-tokenizer/encoding/cl100k_base')
  return (text) => countTokens(text, { disallowedSpecial: new Set() })
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
