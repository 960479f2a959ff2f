import type { ByteText } from './byte-text.ts'
import { type Fence, fenceAt } from './fences.ts'
import { fileNameIn, type KnownNames } from './file-names.ts'
import { jsonLikeness } from './json-edits.ts'
import type { PatchFormat } from './patch-format.ts'
import { blockEnd, isBlockStart } from './search-replace-markers.ts'

/** A piece of a letter that is a patch, or can be. */
export interface Segment {
  /** More than one where it cannot be told. */
  readonly formats: readonly PatchFormat[]
  /** Its lines, from and to (exclusive), in the letter. */
  readonly from: number
  readonly to: number
}

export interface Outline {
  readonly segments: readonly Segment[]
  /** Whether text stands outside of the segments. */
  readonly around: boolean
  /** Whether the text ends within a fenced block. */
  readonly unclosed: boolean
  /** The first fenced block that is neither a patch nor a named file. */
  readonly stray: Fence | undefined
}

const BEGIN_PATCH = /^\*\*\* Begin Patch\s*$/
const END_PATCH = /^\*\*\* End Patch\s*$/
const DIFF_LINE = /^[ +\-@\\]/
const JSON_START = /^\s*[[{]/
/** Fences within fences beyond this are content. */
const DEEPEST = 8

/**
 * The patches of a letter at its outermost level. What stands within the content of a patch, such as an example in a whole
 * file, is part of that content and no patch.
 */
export function outlineOf(lines: readonly ByteText[], known: KnownNames): Outline {
  return new OutlineReader(lines, known).read(0, lines.length, 0)
}

const NOTHING: Outline = { segments: [], around: false, unclosed: false, stray: undefined }

class OutlineReader {
  readonly #lines: readonly ByteText[]
  readonly #known: KnownNames

  constructor(lines: readonly ByteText[], known: KnownNames) {
    this.#lines = lines
    this.#known = known
  }

  read(from: number, to: number, depth: number): Outline {
    const segments: Segment[] = []
    let around = false
    let unclosed = false
    let stray: Fence | undefined
    let text: ByteText | undefined
    let diff: number | undefined
    const endDiff = (at: number) => {
      if (diff === undefined) return
      segments.push({ formats: ['unified'], from: diff, to: at })
      diff = undefined
    }
    for (let at = from; at < to; at++) {
      const line = this.#lines[at] ?? ''
      const format = this.#formatAt(at, to)
      const fence = format === undefined ? this.#fenceAt(at, to) : undefined
      if (format === 'unified') {
        diff ??= at
        text = undefined
      } else if (format !== undefined) {
        endDiff(at)
        const end = Math.min(
          format === 'begin-patch' ? this.#endOfPatch(at, to) : (blockEnd(this.#lines, at) ?? at),
          to - 1,
        )
        segments.push({ formats: [format], from: at, to: end + 1 })
        at = end
      } else if (fence !== undefined) {
        endDiff(at)
        const inner = this.#readFence(fence, to, text, depth)
        for (const segment of inner.segments) segments.push(segment)
        around ||= inner.around
        unclosed ||= inner.unclosed || fence.close === undefined
        stray ??= inner.stray
        text = undefined
        at = fence.close ?? to
      } else if (diff !== undefined) {
        // What stands around the diffs in their own stretch of lines, their reader sees.
        if (line.trim() !== '') text = DIFF_LINE.test(line) ? undefined : line
      } else if (line.trim() !== '') {
        around ||= text !== undefined || fileNameIn(line, this.#known) === undefined
        text = line
      }
    }
    if (diff !== undefined) text = undefined
    endDiff(to)
    return { segments, around: around || (text !== undefined && segments.length > 0), unclosed, stray }
  }

  /** The format whose mark stands at this line, outside of fences. */
  #formatAt(at: number, to: number): 'unified' | 'begin-patch' | 'search-replace' | undefined {
    const line = this.#lines[at] ?? ''
    if (BEGIN_PATCH.test(line)) return 'begin-patch'
    if (isBlockStart(line)) return 'search-replace'
    const head = line.startsWith('--- ') && at + 1 < to && this.#lines[at + 1]?.startsWith('+++ ') === true
    return head || /^diff --(?:git|cc|combined) /.test(line) ? 'unified' : undefined
  }

  #endOfPatch(at: number, to: number): number {
    for (let end = at + 1; end < to; end++) if (END_PATCH.test(this.#lines[end] ?? '')) return end
    return to - 1
  }

  #fenceAt(at: number, to: number): Fence | undefined {
    const fence = fenceAt(this.#lines, at)
    return fence?.close !== undefined && fence.close >= to ? { ...fence, close: undefined } : fence
  }

  #readFence(fence: Fence, limit: number, before: ByteText | undefined, depth: number): Outline {
    const [from, to] = [fence.open + 1, fence.close ?? limit]
    const name = before === undefined ? undefined : fileNameIn(before, this.#known)
    const inner = depth < DEEPEST ? this.read(from, to, depth + 1) : NOTHING
    const alone = (...formats: PatchFormat[]): Outline => ({
      segments: [{ formats, from: formats.includes('whole') ? fence.open : from, to }],
      around: false,
      unclosed: false,
      stray: undefined,
    })
    if (name === undefined) {
      const around = before !== undefined
      if (this.#jsonIn(fence, from, to, /^json\w*$/i.test(fence.info))) return { ...alone('json'), around }
      if (inner.segments.length > 0) return { ...inner, around: around || inner.around }
      if (isDiff(fence) && to > from) return { ...alone('unified'), around }
      return { ...NOTHING, around: true, stray: fence }
    }
    if (this.#jsonIn(fence, from, to, false)) return alone('whole', 'json')
    const shownAsDiff = isDiff(fence) && !/\.(?:diff|patch)$/i.test(name)
    const [first] = inner.segments
    const [format] = first?.formats ?? []
    if (first === undefined || format === undefined) return alone(shownAsDiff ? 'unified' : 'whole')
    if (shownAsDiff) return { ...inner, around: inner.around || !this.#isFor(name, from, to) }
    if (!this.#beginsWith(first, from)) return alone('whole')
    if (format === 'search-replace' || this.#isFor(name, from, to)) return inner
    return alone('whole', format)
  }

  /** Whether a fence holds edits as JSON; where it says that it does, also those that are not correct. */
  #jsonIn(fence: Fence, from: number, to: number, lenient: boolean): boolean {
    if (!/^(?:json\w*)?$/i.test(fence.info)) return false
    const start = this.#lines.slice(from, to).find((line) => line.trim() !== '')
    if (start === undefined || !JSON_START.test(start)) return false
    const likeness = jsonLikeness(this.#lines.slice(from, to).join(''))
    return likeness === 'edits' || (lenient && likeness !== 'other')
  }

  /** Whether nothing but blank lines and the name of a file stands before a segment. */
  #beginsWith(segment: Segment, from: number): boolean {
    const before = this.#lines.slice(from, segment.from).filter((line) => line.trim() !== '')
    return before.length === 0 || (before.length === 1 && fileNameIn(before[0] ?? '', this.#known) !== undefined)
  }

  /** Whether a head in these lines names the file. */
  #isFor(name: ByteText, from: number, to: number): boolean {
    return this.#lines
      .slice(from, to)
      .filter((line) => /^(?:diff --git |--- |\+\+\+ |\*\*\* (?:Add|Update|Delete) File: )/.test(line))
      .some((line) => line.trimEnd().endsWith(name.replace(/^(?:\.\/)+/, '')))
  }
}

function isDiff(fence: Fence): boolean {
  return /^(?:u?diff|patch)$/i.test(fence.info)
}
