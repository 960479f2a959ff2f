import { type ByteText, splitLines } from './byte-text.ts'
import { MalformedPatchError } from './errors.ts'
import type { FileEdit, ParsedEdits } from './file-edit.ts'
import { patchPath } from './patch-path.ts'

const FENCE = /^(`{3,})[^`]*$/

/**
 * Reads whole files: each a line with its name, then its content between fences; or, with `path`, the text itself as the
 * content of that file. @throws {MalformedPatchError}
 */
export function parseWholeFiles(text: ByteText, path?: string): ParsedEdits {
  if (path !== undefined) return { edits: [{ kind: 'write', path: patchPath(path), content: text }], notes: [] }
  const lines = splitLines(text)
  const edits: FileEdit[] = []
  let name: { text: ByteText; line: number } | undefined
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? '').trim()
    const [, fence] = FENCE.exec(line) ?? []
    if (fence === undefined) {
      if (line !== '') name = { text: line, line: at }
      continue
    }
    const end = lines.findIndex((candidate, index) => index > at && candidate.trimEnd() === fence)
    if (end < 0) throw new MalformedPatchError('a file is not closed by its fence', { line: at + 1 })
    if (name === undefined)
      throw new MalformedPatchError('a file has no name on the line before its fence', { line: at + 1 })
    const plain = name.text.replace(/^#+\s+/, '').replace(/^[*`]+|[*`:]+$/g, '')
    edits.push({ kind: 'write', path: patchPath(plain), content: lines.slice(at + 1, end).join('') })
    name = undefined
    at = end
  }
  if (edits.length === 0) throw new MalformedPatchError('it has no file')
  return { edits, notes: [] }
}
