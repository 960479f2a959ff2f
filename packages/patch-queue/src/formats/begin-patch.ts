import type { ByteText } from './byte-text.ts'
import { MalformedPatchError } from './errors.ts'
import type { FileEdit, Hunk, HunkLine, ParsedEdits } from './file-edit.ts'
import { patchPath } from './patch-path.ts'

const SECTION = /^\*\*\* (Add|Update|Delete) File: (.+?)\r?$/

/** Reads the `*** Begin Patch` format that coding agents emit. @throws {MalformedPatchError} */
export function parseBeginPatch(text: ByteText): ParsedEdits {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const begin = lines.findIndex((line) => line.trimEnd() === '*** Begin Patch')
  const end = lines.findLastIndex((line) => line.trimEnd() === '*** End Patch')
  const notes: string[] = []
  if (end < 0) notes.push('the patch has no *** End Patch; it was read to its end')
  const reader = { lines: lines.slice(0, end < 0 ? lines.length : end), position: begin + 1 }
  const edits: FileEdit[] = []
  while (reader.position < reader.lines.length) {
    const line = reader.lines[reader.position] ?? ''
    if (line.trim() === '' || line.startsWith('*** Environment ID:')) {
      reader.position++
      continue
    }
    const section = SECTION.exec(line)
    if (section === null)
      throw new MalformedPatchError('neither a file section nor a line of one', { line: reader.position + 1 })
    edits.push(readSection(reader, section[1] ?? '', section[2] ?? '', notes))
  }
  return { edits, notes }
}

interface Reader {
  readonly lines: readonly ByteText[]
  position: number
}

function readSection(reader: Reader, action: string, name: ByteText, notes: string[]): FileEdit {
  const at = reader.position + 1
  const path = patchPath(name.trim())
  reader.position++
  const body = readBody(reader)
  if (action === 'Delete') {
    if (body.some((line) => line.trim() !== ''))
      throw new MalformedPatchError(`the deleted file ${path} has lines`, { line: at })
    return { kind: 'delete', path }
  }
  if (action === 'Add') {
    const stray = body.findIndex((line) => !line.startsWith('+') && line.trim() !== '')
    if (stray >= 0) {
      throw new MalformedPatchError(`a line of the new file ${path} does not begin with +`, { line: at + 1 + stray })
    }
    return { kind: 'create', path, content: addedText(body, path, notes) }
  }
  const [, target] = /^\*\*\* Move to: (.+?)\r?$/.exec(body[0] ?? '') ?? []
  const hunks = readHunks(target === undefined ? body : body.slice(1), path, at, notes)
  if (target === undefined && hunks.length === 0)
    throw new MalformedPatchError(`the update of ${path} is empty`, { line: at })
  if (target === undefined) return { kind: 'edit', path, hunks }
  return { kind: 'edit', path: patchPath(target.trim()), from: path, hunks }
}

/** The text of a new file. Blank lines within it may lack their `+`; behind its last line they only set sections apart. */
function addedText(body: readonly ByteText[], path: string, notes: string[]): ByteText {
  const lines = body.slice(0, body.findLastIndex((line) => line.startsWith('+')) + 1)
  const bare = lines.filter((line) => !line.startsWith('+')).length
  if (bare === 1) notes.push(`${path}: 1 blank line without + was kept as a blank line`)
  else if (bare > 1) notes.push(`${path}: ${bare} blank lines without + were kept as blank lines`)
  return lines.map((line) => `${line.startsWith('+') ? line.slice(1) : line.replace(/[^\r]/g, '')}\n`).join('')
}

function readBody(reader: Reader): ByteText[] {
  const start = reader.position
  while (reader.position < reader.lines.length && !SECTION.test(reader.lines[reader.position] ?? '')) reader.position++
  return reader.lines.slice(start, reader.position)
}

function readHunks(body: readonly ByteText[], path: string, at: number, notes: string[]): Hunk[] {
  const hunks: Hunk[] = []
  let lines: HunkLine[] = []
  let anchors: ByteText[] = []
  let atEnd = false
  const flush = () => {
    // Blank lines between two hunks are the letter's own as often as the file's; as context they can be spared.
    while (lines.length > 1 && lines.at(-1)?.op === ' ' && lines.at(-1)?.text === '\n') lines.pop()
    const changes = lines.some((line) => line.op !== ' ')
    const name = `hunk ${hunks.length + 1}`
    if (changes) hunks.push({ name, lines, ...(anchors.length > 0 ? { anchors } : {}), ...(atEnd ? { atEnd } : {}) })
    else if (lines.length > 0) notes.push(`${path}: ${name} changes nothing and was left out`)
    if (lines.length > 0) anchors = []
    lines = []
    atEnd = false
  }
  for (const [index, raw] of body.entries()) {
    const line = raw.replace(/\r$/, '')
    const [, anchor] = /^@@ ?(.*)$/s.exec(line) ?? []
    if (anchor !== undefined) {
      flush()
      const text = anchor.replace(/@@$/, '').trim()
      if (/^-\d+(?:,\d+)? \+\d+(?:,\d+)?$/.test(text))
        notes.push(`${path}: line numbers of a hunk were ignored, as the format has none`)
      else if (text !== '') anchors.push(text)
    } else if (line === '*** End of File') {
      atEnd = true
      flush()
    } else if (raw === '' || line === '') {
      lines.push({ op: ' ', text: `${raw}\n` })
    } else {
      const op = raw.charAt(0)
      if (op !== ' ' && op !== '+' && op !== '-') {
        throw new MalformedPatchError(`a line of ${path} begins with neither a blank, + nor -`, {
          line: at + 1 + index,
        })
      }
      lines.push({ op, text: `${raw.slice(1)}\n` })
    }
  }
  flush()
  return hunks
}
