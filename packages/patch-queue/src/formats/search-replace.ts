import type { ByteText } from './byte-text.ts'
import { splitLines } from './byte-text.ts'
import { MalformedPatchError } from './errors.ts'
import type { FileEdit, Hunk, ParsedEdits } from './file-edit.ts'
import { hunkOf } from './hunk-of.ts'
import { patchPath } from './patch-path.ts'

const SEARCH = /^<{5,9} ?(?:SEARCH|ORIGINAL|HEAD)\s*$/
const DIVIDER = /^={5,9}\s*$/
const REPLACE = /^>{5,9} ?(?:REPLACE|UPDATED|\S.*)\s*$/

/**
 * Reads search/replace blocks: the file's name on a line of its own, then `<<<<<<< SEARCH`, the old lines, `=======`, the new
 * lines, `>>>>>>> REPLACE`. An empty search creates the file. @throws {MalformedPatchError}
 */
export function parseSearchReplace(text: ByteText): ParsedEdits {
  const lines = splitLines(text)
  const edits: FileEdit[] = []
  const notes: string[] = []
  let name: ByteText | undefined
  let count = 0
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? '').trim()
    if (!SEARCH.test(line)) {
      if (line !== '' && !line.startsWith('```')) name = line
      continue
    }
    const divider = find(lines, DIVIDER, at + 1, 'the search part is not closed by =======', at)
    const end = find(lines, REPLACE, divider + 1, 'the replace part is not closed by >>>>>>> REPLACE', at)
    const path = name === undefined ? undefined : fileName(name, notes)
    if (path === undefined) {
      throw new MalformedPatchError('a search/replace block has no file name before it', { line: at + 1 })
    }
    count++
    edits.push(editOf(path, `block ${count}`, lines.slice(at + 1, divider), lines.slice(divider + 1, end)))
    at = end
  }
  if (edits.length === 0) throw new MalformedPatchError('it has no search/replace block')
  return { edits, notes }
}

function find(lines: readonly ByteText[], pattern: RegExp, from: number, problem: string, block: number): number {
  for (let at = from; at < lines.length; at++) {
    const line = (lines[at] ?? '').trimEnd()
    if (pattern.test(line)) return at
    if (SEARCH.test(line)) break
  }
  throw new MalformedPatchError(problem, { line: block + 1 })
}

function editOf(path: ReturnType<typeof patchPath>, name: string, search: ByteText[], replace: ByteText[]): FileEdit {
  if (search.every((line) => line.trim() === '')) return { kind: 'create', path, content: replace.join('') }
  const hunks: Hunk[] = [hunkOf(name, search, replace)]
  return { kind: 'edit', path, hunks }
}

/** The name on the line before a block, without the decoration that models put around it. */
function fileName(line: ByteText, notes: string[]): ReturnType<typeof patchPath> {
  const plain = line
    .replace(/^(?:#+|\/\/|--|\*)\s+/, '')
    .replace(/^(?:file|path|filename):\s*/i, '')
    .replace(/^[*`"]+|[*`":]+$/g, '')
    .trim()
  if (plain !== line) notes.push(`the file name ${JSON.stringify(plain)} was read from ${JSON.stringify(line)}`)
  return patchPath(plain)
}
