import { applyHunks } from './apply-hunks.ts'
import { type ByteText, lineEndOf, splitLines } from './byte-text.ts'
import { EditAmbiguousError, EditsOverlapError, MalformedPatchError } from './errors.ts'
import type { Hunk, Replacement } from './file-edit.ts'
import { hunkOf } from './hunk-of.ts'

/**
 * Replaces pieces of text in the base. Each must stand there once, to the byte; where it does not stand there at all, whole
 * lines that differ only in the blanks at their ends are accepted, with a note.
 * @throws {EditNotFoundError} {EditAmbiguousError} {EditsOverlapError}
 */
export function applyReplacements(
  path: string,
  base: ByteText,
  replacements: readonly Replacement[],
  notes: string[],
): ByteText {
  const fitted = replacements.map((replacement) => withBaseLineEnds(path, base, replacement, notes))
  return applyFitted(path, base, fitted, notes)
}

function applyFitted(path: string, base: ByteText, replacements: readonly Replacement[], notes: string[]): ByteText {
  const exact: { start: number; end: number; text: ByteText }[] = []
  const tolerant: Hunk[] = []
  for (const { search, replace, all, name } of replacements) {
    if (search === '') throw new MalformedPatchError(`${name} of ${path} has nothing to look for`)
    const starts = occurrences(base, search)
    if (starts.length === 0) {
      tolerant.push(hunkOf(name, splitLines(search), splitLines(replace)))
      continue
    }
    if (starts.length > 1 && !all) {
      throw new EditAmbiguousError(
        path,
        name,
        starts.map((start) => lineAt(base, start)),
      )
    }
    for (const start of all ? apart(path, starts, search, base, name) : starts)
      exact.push({ start, end: start + search.length, text: replace })
  }
  if (tolerant.length > 0 && exact.length > 0) return applyMixed(path, base, replacements, notes)
  if (tolerant.length > 0) return applyHunks(path, base, tolerant, notes)

  exact.sort((a, b) => a.start - b.start)
  let out = ''
  let done = 0
  for (const { start, end, text } of exact) {
    if (start < done) throw new EditsOverlapError(path, lineAt(base, start))
    out += base.slice(done, start) + text
    done = end
  }
  return out + base.slice(done)
}

/** Some fit to the byte and some only tolerantly: all are then placed as whole lines, so that overlaps are still seen. */
function applyMixed(path: string, base: ByteText, replacements: readonly Replacement[], notes: string[]): ByteText {
  const hunks = replacements.flatMap(({ search, replace, all, name }) => {
    const starts = occurrences(base, search)
    if (starts.length === 0) return [hunkOf(name, splitLines(search), splitLines(replace))]
    return (all ? apart(path, starts, search, base, name) : starts.slice(0, 1)).map((start) =>
      wholeLines(base, start, search, replace, name),
    )
  })
  return applyHunks(path, base, hunks, notes)
}

/** An exact replacement, widened to the whole lines it stands in. */
function wholeLines(base: ByteText, start: number, search: ByteText, replace: ByteText, name: string): Hunk {
  const from = start === 0 ? 0 : base.lastIndexOf('\n', start - 1) + 1
  const newline = base.indexOf('\n', start + search.length - (search.endsWith('\n') ? 1 : 0))
  const to = newline < 0 ? base.length : newline + 1
  const after = base.slice(from, start) + replace + base.slice(start + search.length, to)
  return { ...hunkOf(name, splitLines(base.slice(from, to)), splitLines(after)), at: lineAt(base, from) - 1 }
}

/** Every place where the text stands, those that overlap as well: each of them could be the one that was meant. */
function occurrences(text: ByteText, search: ByteText): number[] {
  const starts: number[] = []
  for (let at = text.indexOf(search); at >= 0; at = text.indexOf(search, at + 1)) starts.push(at)
  return starts
}

/**
 * For the replacement of all: places that do not overlap, as read from the front. Where reading from the back gives a text
 * with other pieces left over (`aba` in `ababa`), there is more than one way to replace all.
 * @throws {EditAmbiguousError}
 */
function apart(path: string, starts: readonly number[], search: ByteText, base: ByteText, name: string): number[] {
  const front: number[] = []
  for (const start of starts) if (start >= (front.at(-1) ?? Number.NEGATIVE_INFINITY) + search.length) front.push(start)
  const back: number[] = []
  for (const start of starts.toReversed()) {
    if (start + search.length <= (back.at(-1) ?? Number.POSITIVE_INFINITY)) back.push(start)
  }
  const same = front.length === back.length && front.every((start, index) => start === back.at(-1 - index))
  if (same) return front
  throw new EditAmbiguousError(
    path,
    name,
    starts.map((start) => lineAt(base, start)),
  )
}

/** New lines that came with LF for a file that is CRLF throughout get its line ends. */
function withBaseLineEnds(path: string, base: ByteText, replacement: Replacement, notes: string[]): Replacement {
  if (!/(?<!\r)\n/.test(replacement.replace) || lineEndOf(splitLines(base)) !== '\r\n') return replacement
  notes.push(`${path}: line ends of ${replacement.name} were made CRLF, as in the base`)
  return { ...replacement, replace: replacement.replace.replace(/(?<!\r)\n/g, '\r\n') }
}

function lineAt(text: ByteText, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
