import { type ByteText, splitLines } from './byte-text.ts'
import { MalformedPatchError } from './errors.ts'
import { fenceInfo } from './fences.ts'
import type { FileEdit, Hunk, ParsedEdits } from './file-edit.ts'
import { fileNameIn, type KnownNames, noteOfName } from './file-names.ts'
import { hunkOf } from './hunk-of.ts'
import type { LineFinder } from './line-finder.ts'
import type { PatchBase } from './patch-base.ts'
import { patchPath } from './patch-path.ts'
import { isBlockStart, isMarker, markersOf } from './search-replace-markers.ts'

const REMEDY =
  'Make the markers of the block longer than any such line in it (all three alike, up to nine characters), or send a git diff or JSON edits.'

/**
 * Reads search/replace blocks: the file's name on a line of its own, then `<<<<<<< SEARCH`, the old lines, `=======`, the new
 * lines, `>>>>>>> REPLACE`. An empty search creates the file. The markers of one block are equally long, 5 to 9 characters;
 * a line of another length is content. @throws {MalformedPatchError}
 */
export async function parseSearchReplace(text: ByteText, base: PatchBase, known: KnownNames): Promise<ParsedEdits> {
  const lines = splitLines(text)
  const edits: FileEdit[] = []
  const notes: string[] = []
  let own: ByteText | undefined
  let before: ByteText | undefined
  let proseSince = false
  let passedOver = false
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (isBlockStart(line)) {
      const path = own ?? before
      if (path === undefined) {
        throw new MalformedPatchError('a search/replace block has no file name before it', { line: at + 1 })
      }
      const name = `block ${edits.length + 1}`
      if (own === undefined && proseSince)
        notes.push(`${name} has no file name before it; it was read as one more of ${JSON.stringify(patchPath(path))}`)
      const [divider, end] = await partsOf(lines, at, path, name, base, notes)
      edits.push(editOf(path, name, lines.slice(at + 1, divider), lines.slice(divider + 1, end)))
      before = path
      own = undefined
      proseSince = false
      at = end
      continue
    }
    if (isMarker(line)) {
      throw new MalformedPatchError('a marker stands outside of every search/replace block', {
        line: at + 1,
        remedy: REMEDY,
      })
    }
    if (line.trim() === '') continue
    const info = fenceInfo(line)
    if (info !== undefined) {
      // An info string of more than a language can name another file, which must not be taken for the one before.
      if (!/^[\w+#-]*$/.test(info)) before = undefined
      continue
    }
    passedOver ||= own !== undefined
    own = fileNameIn(line, known)
    if (own === undefined) {
      passedOver = true
      proseSince = true
    } else notes.push(...noteOfName(own, line))
  }
  if (edits.length === 0) throw new MalformedPatchError('it has no search/replace block')
  if (passedOver || own !== undefined) notes.push('text around the search/replace blocks was left out')
  return { edits, notes }
}

async function partsOf(
  lines: readonly ByteText[],
  start: number,
  path: ByteText,
  name: string,
  base: PatchBase,
  notes: string[],
): Promise<readonly [divider: number, end: number]> {
  const { dividers, ends, uneven } = markersOf(lines, start)
  const [end, ...otherEnds] = ends
  const [divider, ...otherDividers] = dividers
  const refusal = (problem: string) => new MalformedPatchError(problem, { line: start + 1, remedy: REMEDY })
  if (end === undefined) throw refusal(`the replace part of ${name} is not closed by >>>>>>> REPLACE`)
  if (otherEnds.length > 0) throw refusal(`${name} is closed more than once`)
  if (divider === undefined) throw refusal(`the search part of ${name} is not closed by =======`)
  if (uneven)
    notes.push(`the markers of ${name} are not equally long; it was read nevertheless, as there is one way to`)
  if (otherDividers.length === 0) return [divider, end]
  const finder = await base.finder(path)
  const fits =
    finder === null
      ? { chosen: isBlank(lines.slice(start + 1, divider)) ? divider : undefined, doubtful: false }
      : fittingDivider(lines, start, dividers, finder)
  if (fits.chosen === undefined || fits.doubtful) {
    const named = dividers.slice(0, 10).map((at) => at + 1)
    const all = dividers.length > named.length ? `${named.join(', ')}, ...` : named.join(', ')
    throw refusal(`more than one line of ${name} can be its ======= (lines ${all})`)
  }
  notes.push(`${name} has more than one =======; only the text before line ${fits.chosen + 1} stands in the base`)
  return [fits.chosen, end]
}

/** More lines that could be the divider than this are refused: each costs a search of the base. */
const MOST_DIVIDERS = 100

/** The one divider whose search part has one place in the base. */
function fittingDivider(
  lines: readonly ByteText[],
  start: number,
  dividers: readonly number[],
  finder: LineFinder,
): { chosen: number | undefined; doubtful: boolean } {
  let chosen: number | undefined
  if (dividers.length > MOST_DIVIDERS) return { chosen, doubtful: true }
  for (const candidate of dividers) {
    const search = lines.slice(start + 1, candidate)
    const [place, ...others] = isBlank(search) ? [] : finder.find(search).starts
    if (place === undefined || others.length > 0) continue
    const next = finder.lines[place + search.length] ?? ''
    // The base goes on like the block does: this may be a line of a search part that is not quoted well, and no divider.
    if (chosen !== undefined || next.trimEnd() === lines[candidate]?.trimEnd()) return { chosen, doubtful: true }
    chosen = candidate
  }
  return { chosen, doubtful: false }
}

function editOf(path: ByteText, name: string, search: readonly ByteText[], replace: readonly ByteText[]): FileEdit {
  if (isBlank(search)) return { kind: 'create', path: patchPath(path), content: replace.join('') }
  const hunks: Hunk[] = [hunkOf(name, search, replace)]
  return { kind: 'edit', path: patchPath(path), hunks }
}

function isBlank(lines: readonly ByteText[]): boolean {
  return lines.every((line) => line.trim() === '')
}
