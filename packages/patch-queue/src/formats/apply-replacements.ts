import { applyHunks } from './apply-hunks.ts'
import { type ByteText, splitLines } from './byte-text.ts'
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
    for (const start of starts) exact.push({ start, end: start + search.length, text: replace })
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
    return starts.slice(0, all ? undefined : 1).map((start) => wholeLines(base, start, search, replace, name))
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

function occurrences(text: ByteText, search: ByteText): number[] {
  const starts: number[] = []
  for (let at = text.indexOf(search); at >= 0; at = text.indexOf(search, at + search.length)) starts.push(at)
  return starts
}

function lineAt(text: ByteText, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
