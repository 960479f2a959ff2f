import type { ByteText } from './byte-text.ts'
import { blockEnd } from './search-replace-markers.ts'

/** A fenced block: its lines stand between the lines `open` and `close`. */
export interface Fence {
  readonly open: number
  /** `undefined` where the text ends first. */
  readonly close: number | undefined
  readonly info: ByteText
  /** How many characters open it. */
  readonly length: number
}

export function isFenceLine(line: ByteText): boolean {
  return markOf(line) !== undefined
}

/** What stands behind the fence of a line: its language, as a rule. */
export function fenceInfo(line: ByteText): ByteText | undefined {
  return markOf(line)?.info
}

function markOf(line: ByteText): { mark: ByteText; info: ByteText } | undefined {
  const [mark] = /^(?:`{3,}|~{3,})/.exec(line) ?? []
  if (mark === undefined) return undefined
  const info = line.slice(mark.length).trim()
  // Code within a line can begin with as many backticks, but it ends with them, too.
  return info.includes('`') ? undefined : { mark, info }
}

/**
 * The fenced block that opens at this line. It closes by a fence of its kind and at least its length that says nothing else;
 * such a fence with an info string opens a block within, which closes first. Fences in search/replace blocks are content.
 */
export function fenceAt(lines: readonly ByteText[], open: number): Fence | undefined {
  const opening = markOf(lines[open] ?? '')
  if (opening === undefined) return undefined
  const { mark, info } = opening
  const fence = { open, info, length: mark.length }
  const inner: number[] = [mark.length]
  for (let at = open + 1; at < lines.length; at++) {
    const end = blockEnd(lines, at)
    if (end !== undefined) {
      at = end
      continue
    }
    const other = markOf(lines[at] ?? '')
    if (other?.mark.charAt(0) !== mark.charAt(0) || other.mark.length < mark.length) continue
    if (other.info !== '') inner.push(other.mark.length)
    else if (other.mark.length >= (inner.at(-1) ?? 0)) inner.pop()
    if (inner.length === 0) return { ...fence, close: at }
  }
  return { ...fence, close: undefined }
}
