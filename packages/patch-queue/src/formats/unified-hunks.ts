import type { ByteText } from './byte-text.ts'
import { MalformedPatchError } from './errors.ts'
import type { Hunk, HunkLine } from './file-edit.ts'

const NUMBERED = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/

/** Lines of a patch without their ends, and how far they are read. */
export interface LineReader {
  readonly lines: readonly ByteText[]
  position: number
}

/**
 * Reads the hunks of one file. A hunk whose counts fit is trusted; wrong counts are tolerated, with a note.
 * @throws {MalformedPatchError} where lines cannot be told to belong to a hunk or not.
 */
export function readHunks(reader: LineReader, note: (problem: string) => void): Hunk[] {
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
    const hunk = readHunk(reader, head, name, (problem) => note(`${name} ${problem}`))
    if (hunk.lines.every((line) => line.op === ' ')) note(`${name} changes nothing and was left out`)
    else hunks.push(hunk)
    refuseStrays(reader, name)
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
  if (counted !== undefined && endsThere(reader, name, note)) return { name, lines: counted, at: Math.max(0, at) }
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
  return oldLeft < 0 || newLeft < 0 ? undefined : lines
}

/** A list item or a sentence behind a diff: one blank after its mark, then words. */
const PROSE = /^[+-] (?:\*\*|[`"'(]?[A-Za-z])\S* \S/

/** A line across the text, or the one above a signature. */
const RULE = /^(?:-{2,}|\+{2,})\s*$/

/**
 * Whether a hunk whose counts fit ends there, though lines follow that could be its own. Prose and lines that change nothing
 * are left out; lines that the base can confirm mean that the counts are wrong.
 * @throws {MalformedPatchError} where added lines follow that nothing can confirm.
 */
function endsThere(reader: LineReader, name: string, note: (problem: string) => void): boolean {
  const mark = reader.position
  while (couldGoOn(reader)) reader.position++
  const run = reader.lines.slice(mark, reader.position)
  if (run.length === 0) return true
  const changes = run.filter((line) => !line.startsWith(' '))
  const prose = changes.filter((line) => PROSE.test(line)).length
  if (prose === changes.length) {
    note(
      `is complete by its counts; what follows it (${run.length === 1 ? '1 line' : `${run.length} lines`}) was left out`,
    )
    return true
  }
  reader.position = mark
  const confirmed = run.some((line) => !line.startsWith('+') && line.trim() !== '')
  if (prose === 0 && confirmed) return false
  throw strayLines(name, mark + 1)
}

function couldGoOn(reader: LineReader): boolean {
  const line = reader.lines[reader.position] ?? ''
  return /^[ +-]/.test(line) && !RULE.test(line) && !endsHunk(reader)
}

/** Changed lines behind a hunk, cut off from it by a line that is none of a diff. @throws {MalformedPatchError} */
function refuseStrays(reader: LineReader, name: string): void {
  const first = reader.lines[reader.position]
  if (first === undefined || endsHunk(reader)) return
  let at = reader.position + (/^[ +-]|^\s*$/.test(first) ? 0 : 1)
  for (; at < reader.lines.length && !endsHunk({ lines: reader.lines, position: at }); at++) {
    const line = reader.lines[at] ?? ''
    if (line.trim() === '' || line.startsWith(' ') || PROSE.test(line)) continue
    if (!/^[+-]/.test(line) || RULE.test(line)) return
    throw strayLines(name, at + 1)
  }
}

function strayLines(name: string, line: number): MalformedPatchError {
  return new MalformedPatchError(`changed lines stand behind ${name}, outside of what its counts take in`, {
    line,
    remedy: 'Correct the counts in the head of the hunk, or take away what is not part of the diff.',
  })
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
