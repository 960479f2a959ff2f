import { type ByteText, splitLines } from './byte-text.ts'
import { MalformedPatchError } from './errors.ts'
import type { KnownNames } from './file-names.ts'
import { type Outline, outlineOf, type Segment } from './outline.ts'
import type { PatchFormat } from './patch-format.ts'

/** What of a text is to be read, and as what. */
export interface Recognised {
  readonly format: PatchFormat
  /** Each is a patch; blank lines before it keep the line numbers of the letter. */
  readonly bodies: readonly ByteText[]
  readonly notes: readonly string[]
}

const REMEDY = 'Send one format at a time, or say which of them is the patch (`--format`).'
/** JSON that is sent bare: an object, or a list of them. */
const BARE_JSON = /^\s*(?:\{|\[\s*[{\]])/

/** The format of a text by its own marks; `undefined` if it has none, or those of several. */
export function detectFormat(text: ByteText): PatchFormat | undefined {
  if (BARE_JSON.test(text)) return 'json'
  const formats = formatsOf(outlineOf(splitLines(text), new Set()).segments)
  return formats.length === 0 ? withoutOutline(text) : formats.length === 1 ? formats[0] : undefined
}

/**
 * Finds the patches of a text. The outermost format counts, not one that is shown within its content.
 * @throws {MalformedPatchError} where there is none, or several stand side by side.
 */
export function recognise(text: ByteText, asked: PatchFormat | 'auto', known: KnownNames): Recognised {
  const whole = (format: PatchFormat): Recognised => ({ format, bodies: [text], notes: [] })
  if (asked === 'whole' || asked === 'search-replace') return whole(asked)
  if (BARE_JSON.test(text) && (asked === 'auto' || asked === 'json')) return whole('json')
  const lines = splitLines(text)
  const outline = outlineOf(lines, known)
  if (asked !== 'auto') {
    const segments = outline.segments.filter(({ formats }) => formats.includes(asked))
    if (segments.length === 0) return whole(asked)
    const others = segments.length < outline.segments.length
    return bodiesOf(lines, asked, segments, { ...outline, around: outline.around || others })
  }
  const formats = formatsOf(outline.segments)
  const [format = withoutOutline(text), ...others] = formats
  if (others.length > 0) refuseSeveral(outline.segments, formats)
  if (format === undefined) throw unrecognised(outline)
  if (formats.length === 0 || format === 'search-replace' || format === 'whole') return whole(format)
  return bodiesOf(lines, format, outline.segments, outline)
}

/** Hunks without any head of a file: the reader of diffs says what is missing. */
function withoutOutline(text: ByteText): PatchFormat | undefined {
  return /^@@ -\d/m.test(text) ? 'unified' : undefined
}

function formatsOf(segments: readonly Segment[]): PatchFormat[] {
  return [...new Set(segments.flatMap(({ formats }) => formats))]
}

function refuseSeveral(segments: readonly Segment[], formats: readonly PatchFormat[]): never {
  const unsure = segments.find((segment) => segment.formats.length > 1)
  if (unsure !== undefined) {
    throw new MalformedPatchError(`a fenced block can be read as ${unsure.formats.join(' or ')}`, {
      line: unsure.from + 1,
      remedy: REMEDY,
    })
  }
  throw new MalformedPatchError(`patches of several formats stand side by side (${formats.join(', ')})`, {
    remedy: REMEDY,
  })
}

function unrecognised({ stray }: Outline): MalformedPatchError {
  if (stray === undefined) return new MalformedPatchError('its format was not recognised')
  return new MalformedPatchError('a fenced block is no patch and has no file name on the line before it', {
    line: stray.open + 1,
    remedy: 'Put the path of the file alone on the line before its fence, or send a diff.',
  })
}

function bodiesOf(
  lines: readonly ByteText[],
  format: PatchFormat,
  segments: readonly Segment[],
  { around, unclosed }: Outline,
): Recognised {
  const bodies = segments.map(({ from, to }) => '\n'.repeat(from) + lines.slice(from, to).join(''))
  const fenced = segments.some(({ to }) => to < lines.length && /^(?:```|~~~)/.test(lines[to] ?? ''))
  const what = fenced ? 'the text around the fenced patch' : 'text around the patch'
  const notes = around ? [`${what} was left out`] : []
  if (unclosed) notes.push('a fence is not closed; it was read to the end of the text')
  return { format, bodies, notes }
}
