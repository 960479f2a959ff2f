import { type ByteText, splitLines } from './byte-text.ts'
import { MalformedPatchError } from './errors.ts'
import { type Fence, fenceAt } from './fences.ts'
import type { FileEdit, ParsedEdits } from './file-edit.ts'
import { fileNameIn, type KnownNames, noteOfName } from './file-names.ts'
import { patchPath } from './patch-path.ts'

const MARKDOWN = /^(?:md|mdx|markdown)$/i

/** The text itself as the content of a file. */
export function parseFileContent(text: ByteText, path: ByteText): ParsedEdits {
  return { edits: [{ kind: 'write', path: patchPath(path), content: text }], notes: [] }
}

/**
 * Reads whole files: each a line with its name, then its content between fences. Prose around them is left out; a fence that
 * has no name, or could belong to the content of the file before, is refused. @throws {MalformedPatchError}
 */
export function parseWholeFiles(text: ByteText, known: KnownNames): ParsedEdits {
  const lines = splitLines(text)
  const edits: FileEdit[] = []
  const notes: string[] = []
  let named: { path: ByteText; line: ByteText } | undefined
  let passedOver = false
  let markdown: ByteText | undefined
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line.trim() === '') continue
    const fence = fenceAt(lines, at)
    if (fence === undefined) {
      passedOver ||= named !== undefined
      const path = fileNameIn(line, known)
      named = path === undefined ? undefined : { path, line }
      passedOver ||= path === undefined
      continue
    }
    refuseNameless(fence, named?.path, markdown)
    if (named === undefined || fence.close === undefined) break
    const path = patchPath(named.path)
    notes.push(...noteOfName(named.path, named.line))
    edits.push({ kind: 'write', path, content: lines.slice(at + 1, fence.close).join('') })
    markdown = isMarkdown(path, fence) ? path : undefined
    named = undefined
    at = fence.close
  }
  if (edits.length === 0) throw new MalformedPatchError('it has no file')
  if (passedOver || named !== undefined) notes.push('text around the files was left out')
  return { edits, notes }
}

function refuseNameless(fence: Fence, name: ByteText | undefined, markdown: ByteText | undefined): void {
  const line = fence.open + 1
  if (name === undefined) {
    throw new MalformedPatchError('a fenced block has no file name on the line before it', {
      line,
      remedy: 'Put the path of the file alone on the line before its fence, and take away blocks that are no files.',
    })
  }
  if (fence.close === undefined) {
    throw new MalformedPatchError('a file is not closed by its fence', {
      line,
      remedy: 'Close it; where the content has fences of its own, make the outer one longer (four backticks).',
    })
  }
  // Fences without a language look alike whether they open or close: this one may stand within the file before.
  if (markdown !== undefined && fence.info === '') {
    throw new MalformedPatchError(`a fence can be one more file, or part of ${markdown}`, {
      line,
      remedy: `Put ${markdown} between longer fences (four backticks).`,
    })
  }
}

/** Whether a file is likely to have fences of its own, in a fence that is no longer than those. */
function isMarkdown(path: ByteText, fence: Fence): boolean {
  return fence.length === 3 && (MARKDOWN.test(fence.info) || MARKDOWN.test(path.split('.').at(-1) ?? ''))
}
