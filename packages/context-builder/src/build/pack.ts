import { type ContextLevel, levels } from './context-source.ts'
import type { TokenCounter } from './token-counter.ts'

/** One piece of the context: a file or a text, renderable at several levels. */
export interface Piece {
  /** Its place in the context, first to last. */
  order: number
  most: ContextLevel
  /**
   * The piece as it stands in the context, heading included; undefined where the level makes no sense for it. With `most`, the level `symbols` is no longer
   * than about so many lines.
   */
  render(level: ContextLevel, most?: number): string | undefined
}

export interface Packed {
  piece: Piece
  level: ContextLevel
  text: string
  tokens: number
}

/** One piece takes no more than this share of the budget whole, so that one long file does not push out all others. */
const MAX_SHARE = 0.4

/** Of code, on average; a piece that has more is asked for with fewer lines. */
const TOKENS_OF_A_LINE = 10
/** A definition in fewer lines says as much by its signature. */
const FEWEST_LINES = 8

/**
 * Fits pieces into a budget. Each first gets its path, as long as paths fit; then, in their order, each is raised to the highest level
 * that still fits. Never above the budget.
 */
export async function pack(pieces: readonly Piece[], budget: number, counter: TokenCounter): Promise<Packed[]> {
  const packed: Packed[] = []
  let left = budget
  for (const piece of [...pieces].sort((a, b) => a.order - b.order)) {
    const text = piece.render('path')
    if (text === undefined) continue
    const tokens = await counter.count(text)
    if (tokens > left) break
    packed.push({ piece, level: 'path', text, tokens })
    left -= tokens
  }
  for (const item of packed) {
    const raised = await raise(item, left + item.tokens, budget, counter)
    if (raised === undefined) continue
    left -= raised.tokens - item.tokens
    Object.assign(item, raised)
  }
  return packed
}

type Raised = Pick<Packed, 'level' | 'text' | 'tokens'>

/** The highest level of a piece that fits into the room. */
async function raise(
  { piece, text: path }: Packed,
  room: number,
  budget: number,
  counter: TokenCounter,
): Promise<Raised | undefined> {
  const fitting = async (level: ContextLevel, most?: number): Promise<Raised | undefined> => {
    const text = piece.render(level, most)
    if (text === undefined || text.length < path.length) return undefined
    // A token is rarely longer than eight characters: what cannot fit need not be counted.
    if (text.length / 8 > room) return undefined
    const tokens = await counter.count(text)
    if (tokens > room || (tokens > budget * MAX_SHARE && level !== 'signatures')) return undefined
    return { level, text, tokens }
  }
  const allowed = (level: ContextLevel) => levels.indexOf(level) >= levels.indexOf(piece.most)
  const whole = allowed('full') ? await fitting('full') : undefined
  if (whole !== undefined || !allowed('signatures')) return whole
  // To find the symbols that matter is dear, and they come with the signatures of the others: where those do not fit, these do not.
  const signatures = await fitting('signatures')
  if (!allowed('symbols')) return signatures
  const symbols = signatures === undefined ? undefined : await fitting('symbols')
  if (symbols !== undefined) return symbols
  // The definitions that the task speaks of most say more than the names of all.
  for (
    let lines = Math.floor(Math.min(room, budget * MAX_SHARE) / TOKENS_OF_A_LINE);
    lines >= FEWEST_LINES;
    lines = Math.floor(lines / 2)
  ) {
    const alone = await fitting('symbols', lines)
    if (alone !== undefined) return alone
  }
  return signatures
}
