import type { ByteText } from './byte-text.ts'
import { MalformedPatchError } from './errors.ts'
import type { Hunk, HunkLine } from './file-edit.ts'

const NUMBERED = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/

/** Lines of a patch without their ends, and how far they are read. */
export interface LineReader {
  readonly lines: readonly ByteText[]
  position: number
}

/** Reads the hunks of one file. Wrong counts in a hunk's head are tolerated, with a note. @throws {MalformedPatchError} */
export function readHunks(reader: LineReader, path: string, notes: string[]): Hunk[] {
  const hunks: Hunk[] = []
  for (;;) {
    const head = reader.lines[reader.position]
    if (head === undefined || !head.startsWith('@@')) return hunks
    const at = reader.position + 1
    if (head.startsWith('@@@')) {
      throw new MalformedPatchError('it is the combined diff of a merge', {
        line: at,
        remedy: 'Send the difference to one parent: `git diff BASE RESULT`.',
      })
    }
    const name = `hunk ${hunks.length + 1}`
    reader.position++
    const hunk = readHunk(reader, head, name, (problem) => notes.push(`${path}: ${name} ${problem}`))
    if (hunk.lines.every((line) => line.op === ' ')) notes.push(`${path}: ${name} changes nothing and was left out`)
    else hunks.push(hunk)
  }
}

function readHunk(reader: LineReader, head: ByteText, name: string, note: (problem: string) => void): Hunk {
  const numbers = NUMBERED.exec(head)
  if (numbers === null) {
    note('has no line numbers; its lines are looked for in the whole file')
    return { name, lines: readUncounted(reader) }
  }
  const [, start = '0', before = '1', , after = '1'] = numbers
  const at = Number(before) === 0 ? Number(start) : Number(start) - 1
  const mark = reader.position
  const counted = readCounted(reader, Number(before), Number(after))
  if (counted !== undefined) return { name, lines: counted, at: Math.max(0, at) }
  reader.position = mark
  note('has wrong line counts in its head; its lines were counted instead')
  return { name, lines: readUncounted(reader), at: Math.max(0, at) }
}

/** The lines that the head promises; `undefined` where the body does not keep the promise. */
function readCounted(reader: LineReader, before: number, after: number): HunkLine[] | undefined {
  const lines: HunkLine[] = []
  let oldLeft = before
  let newLeft = after
  while (oldLeft > 0 || newLeft > 0) {
    const line = readLine(reader)
    if (line === undefined) return undefined
    if (line.op !== '+') oldLeft--
    if (line.op !== '-') newLeft--
    lines.push(line)
  }
  if (oldLeft < 0 || newLeft < 0) return undefined
  const next = reader.lines[reader.position] ?? ''
  const goesOn = /^[ +-]/.test(next) && !endsHunk(reader)
  return goesOn ? undefined : lines
}

/** All lines up to the next head, however many. */
function readUncounted(reader: LineReader): HunkLine[] {
  const lines: HunkLine[] = []
  while (!endsHunk(reader)) {
    const line = readLine(reader)
    if (line === undefined) break
    lines.push(line)
  }
  // Blank lines behind the body are the letter's, not the file's: they lack the blank that leads a kept line.
  while (lines.length > 0 && lines.at(-1)?.op === ' ' && lines.at(-1)?.text === '\n') {
    if (reader.lines[reader.position - 1] !== '') break
    lines.pop()
    reader.position--
  }
  return lines
}

function readLine(reader: LineReader): HunkLine | undefined {
  const raw = reader.lines[reader.position]
  if (raw === undefined) return undefined
  const op = raw === '' || raw === '\r' ? ' ' : raw.charAt(0)
  if (op !== ' ' && op !== '+' && op !== '-') return undefined
  reader.position++
  const text = raw === '' || raw === '\r' ? raw : raw.slice(1)
  if (reader.lines[reader.position]?.startsWith('\\') !== true) return { op, text: `${text}\n` }
  reader.position++
  return { op, text }
}

function endsHunk({ lines, position }: LineReader): boolean {
  const line = lines[position]
  if (line === undefined) return true
  if (line.startsWith('@@') || line.startsWith('diff --git ')) return true
  if (line.startsWith('--- ') && lines[position + 1]?.startsWith('+++ ') === true) return true
  // The signature that git puts under a mailed patch.
  return line === '-- '
}
