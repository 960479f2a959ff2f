import { type FileMode, fileModeSchema } from '@patchlane/kernel'
import { decodeBinary } from './binary-patch.ts'
import type { ByteText } from './byte-text.ts'
import { MalformedPatchError } from './errors.ts'
import type { BinaryPatch, BlobIds } from './file-edit.ts'
import { gitNames, headName, type NamePair } from './header-names.ts'
import { unquotePath } from './patch-path.ts'
import type { LineReader } from './unified-hunks.ts'

/** What a diff writes for the side that lacks the file. */
export const NO_FILE = '/dev/null'

/** What the head of one file's diff says. */
export interface Head {
  /** Of its `diff --git` line. */
  names?: NamePair
  /** Of its `---` and `+++` lines, prefixes and all. */
  before?: ByteText
  after?: ByteText
  from?: ByteText
  to?: ByteText
  copied?: boolean
  created?: boolean
  deleted?: boolean
  mode?: FileMode
  oids?: BlobIds
  binary?: BinaryPatch
}

/** Reads the lines before the hunks of one file, its binary patch included. @throws {MalformedPatchError} */
export function readHead(reader: LineReader): Head {
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
      head.before = headName(line)
      head.after = headName(reader.lines[reader.position + 1] ?? '')
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
