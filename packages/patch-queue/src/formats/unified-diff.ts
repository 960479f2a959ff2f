import { type FileMode, fileModeSchema, type RepoPath } from '@patchlane/kernel'
import { decodeBinary } from './binary-patch.ts'
import { type ByteText, toReadable } from './byte-text.ts'
import { MalformedPatchError } from './errors.ts'
import type { BinaryPatch, BlobIds, FileEdit, Hunk, HunkLine, ParsedEdits } from './file-edit.ts'
import { patchPath, unquotePath } from './patch-path.ts'
import { type LineReader, readHunks } from './unified-hunks.ts'

/** What the head of one file's diff says. Names are without prefix; null stands for `/dev/null`. */
interface Head {
  names?: readonly [ByteText, ByteText]
  before?: ByteText | null
  after?: ByteText | null
  from?: ByteText
  to?: ByteText
  copied?: boolean
  created?: boolean
  deleted?: boolean
  mode?: FileMode
  oids?: BlobIds
  binary?: BinaryPatch
}

/** Reads unified and git diffs, mailed ones included: text around the diffs is passed over. @throws {MalformedPatchError} */
export function parseUnifiedDiff(text: ByteText): ParsedEdits {
  const notes: string[] = []
  const reader: LineReader = { lines: linesOf(text, notes), position: 0 }
  const edits: FileEdit[] = []
  for (let line = reader.lines[0]; line !== undefined; line = reader.lines[reader.position]) {
    const plain = line.startsWith('--- ') && reader.lines[reader.position + 1]?.startsWith('+++ ') === true
    if (line.startsWith('diff --git ') || plain) edits.push(readFile(reader, notes))
    else if (line.startsWith('diff --cc ') || line.startsWith('diff --combined ')) {
      throw new MalformedPatchError('it is the combined diff of a merge', { line: reader.position + 1 })
    } else if (/^@@ .*@@|^@@$/.test(line)) {
      throw new MalformedPatchError('a hunk belongs to no file', {
        line: reader.position + 1,
        remedy: 'Put `--- a/PATH` and `+++ b/PATH` before the hunks of each file.',
      })
    } else reader.position++
  }
  if (edits.length === 0) throw new MalformedPatchError('it has no file header (`--- a/PATH` and `+++ b/PATH`)')
  return { edits, notes }
}

function linesOf(text: ByteText, notes: string[]): ByteText[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const heads = lines.filter((line) => /^(?:diff --git |--- |\+\+\+ |@@ )/.test(line))
  // Heads are git's own lines: CRLF there means that the letter was converted, not the files.
  if (heads.length === 0 || !heads.every((line) => line.endsWith('\r'))) return lines
  notes.push('the diff was sent with CRLF throughout; it was read with LF')
  return lines.map((line) => line.replace(/\r$/, ''))
}

function readFile(reader: LineReader, notes: string[]): FileEdit {
  const at = reader.position + 1
  const head = readHead(reader)
  const path = pathOf(head, at)
  const hunks = readHunks(reader, path, notes)
  const mode = head.mode === undefined ? {} : { mode: head.mode }
  const binary = head.binary === undefined ? {} : { binary: head.binary }
  const oids = head.oids === undefined ? {} : { oids: head.oids }
  if (head.created === true || head.before === null) {
    return { kind: 'create', path, content: addedText(hunks, path, at), ...mode, ...binary }
  }
  if (head.deleted === true || head.after === null) return { kind: 'delete', path, hunks, ...binary, ...oids }
  const from = sourceOf(head, path)
  if (from === undefined && hunks.length === 0 && head.binary === undefined && head.mode === undefined) {
    throw new MalformedPatchError(`the diff of ${path} has no hunks`, { line: at })
  }
  return {
    kind: 'edit',
    path,
    hunks,
    ...(from === undefined ? {} : { from }),
    ...(head.copied === true ? { keepsSource: true } : {}),
    ...oids,
    ...mode,
    ...binary,
  }
}

function pathOf(head: Head, at: number): RepoPath {
  const { before, after, names } = head
  if (head.to !== undefined) return patchPath(head.to)
  if (before != null && after != null && before !== after) {
    throw new MalformedPatchError(`one diff names two files, ${toReadable(before)} and ${toReadable(after)}`, {
      line: at,
      remedy: 'Say `rename from` and `rename to`, or use the same name on both sides.',
    })
  }
  const name = after ?? before ?? names?.[1]
  if (name === undefined) throw new MalformedPatchError('a diff names no file', { line: at })
  return patchPath(name)
}

function sourceOf(head: Head, path: RepoPath): RepoPath | undefined {
  if (head.from === undefined) return undefined
  const from = patchPath(head.from)
  return from === path ? undefined : from
}

function addedText(hunks: readonly Hunk[], path: string, at: number): ByteText {
  const lines: HunkLine[] = hunks.flatMap((hunk) => hunk.lines)
  if (lines.some((line) => line.op !== '+')) {
    throw new MalformedPatchError(`the new file ${path} has lines that are not added`, { line: at })
  }
  return lines.map((line) => line.text).join('')
}

function readHead(reader: LineReader): Head {
  const head: Head = {}
  for (let first = true; ; first = false) {
    const line = reader.lines[reader.position]
    if (line === undefined || line.startsWith('@@')) return head
    if (line.startsWith('diff --git ')) {
      if (!first) return head
      const names = gitNames(line.slice('diff --git '.length))
      if (names !== undefined) head.names = names
    } else if (line.startsWith('--- ') && reader.lines[reader.position + 1]?.startsWith('+++ ') === true) {
      if (head.before !== undefined) return head
      const before = headName(line)
      const after = headName(reader.lines[reader.position + 1] ?? '')
      Object.assign(head, withoutPrefixes(before, after, head.names))
      reader.position += 2
      return head
    } else if (line === 'GIT binary patch') {
      head.binary = readBinary(reader)
      return head
    } else if (!readHeadLine(line, head, reader.position + 1)) return head
    reader.position++
  }
}

/** Takes in one of git's extended header lines; false when it is none. */
function readHeadLine(line: ByteText, head: Head, at: number): boolean {
  const [, key = '', value = ''] =
    /^(old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|similarity index|dissimilarity index|index|Binary files) (.*)$/s.exec(
      line.replace(/\r$/, ''),
    ) ?? []
  switch (key) {
    case 'new mode':
      head.mode = modeOf(value, at)
      return true
    case 'new file mode':
      head.created = true
      head.mode = modeOf(value, at)
      return true
    case 'deleted file mode':
      head.deleted = true
      modeOf(value, at)
      return true
    case 'copy from':
    case 'rename from':
      head.from = unquotePath(value)
      head.copied = key === 'copy from'
      return true
    case 'copy to':
    case 'rename to':
      head.to = unquotePath(value)
      return true
    case 'index': {
      const [, before, after, mode] = /^([0-9a-f]+)\.\.([0-9a-f]+)(?: (\d+))?$/.exec(value) ?? []
      if (before !== undefined && after !== undefined) head.oids = { before, after }
      if (mode !== undefined) modeOf(mode, at)
      return true
    }
    case 'Binary files':
      throw new MalformedPatchError('it says that a binary file differs, but not how', {
        line: at,
        remedy: 'Make the diff with `git diff --binary --full-index`.',
      })
    case 'old mode':
    case 'similarity index':
    case 'dissimilarity index':
      return true
    default:
      return false
  }
}

function modeOf(text: string, at: number): FileMode {
  const mode = fileModeSchema.safeParse(text.trim())
  if (mode.success) return mode.data
  const submodule = text.trim() === '160000'
  throw new MalformedPatchError(submodule ? 'it changes a submodule' : `the file mode ${text.trim()} is not allowed`, {
    line: at,
    remedy: submodule ? 'Leave the submodule out; a person has to move it.' : 'Use 100644, 100755 or 120000.',
  })
}

function readBinary(reader: LineReader): BinaryPatch {
  const at = reader.position + 1
  reader.position++
  const forward = readBinaryBlock(reader)
  if (forward === undefined) throw new MalformedPatchError('a binary patch has no data', { line: at })
  // The way back, which nobody here needs.
  if (reader.lines[reader.position] === '') reader.position++
  readBinaryBlock(reader)
  return forward
}

function readBinaryBlock(reader: LineReader): BinaryPatch | undefined {
  const [, kind, size = '0'] = /^(literal|delta) (\d+)$/.exec(reader.lines[reader.position] ?? '') ?? []
  if (kind !== 'literal' && kind !== 'delta') return undefined
  const start = reader.position + 1
  let end = start
  while (/^[A-Za-z]\S+$/.test(reader.lines[end] ?? '')) end++
  reader.position = end
  return decodeBinary(kind, Number(size), reader.lines.slice(start, end), start + 1)
}

/** The two names of `diff --git A B`. Unquoted names with blanks are told apart by being the same but for the prefix. */
function gitNames(rest: ByteText): readonly [ByteText, ByteText] | undefined {
  const quoted = /^("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+)$/s.exec(rest)
  if (quoted !== null) return stripPair(unquotePath(quoted[1] ?? ''), unquotePath(quoted[2] ?? ''))
  const half = (rest.length - 1) / 2
  const pair = stripPair(rest.slice(0, half), rest.slice(half + 1))
  return pair[0] === pair[1] ? pair : undefined
}

function headName(line: ByteText): ByteText {
  const rest = line.slice(4).replace(/\r$/, '')
  return rest.startsWith('"') ? unquotePath(rest.replace(/\t[^\t]*$/, '')) : (rest.split('\t')[0] ?? '').trimEnd()
}

function withoutPrefixes(
  before: ByteText,
  after: ByteText,
  names: Head['names'],
): { before: ByteText | null; after: ByteText | null } {
  if (before === '/dev/null') return { before: null, after: names?.[1] ?? after.replace(/^[a-z]\//, '') }
  if (after === '/dev/null') return { before: names?.[0] ?? before.replace(/^[a-z]\//, ''), after: null }
  const [left, right] = stripPair(before, after)
  return { before: left, after: right }
}

/** `a/x b/x` without the prefixes (also `i/`, `w/`, `c/`, `o/`); names without prefixes stay as they are. */
function stripPair(before: ByteText, after: ByteText): readonly [ByteText, ByteText] {
  const prefixed = /^[aciow1]\//.test(before) && /^[bciow2]\//.test(after) && before.charAt(0) !== after.charAt(0)
  return prefixed ? [before.slice(2), after.slice(2)] : [before, after]
}
