import { toByteText } from './byte-text.ts'
import { MalformedPatchError } from './errors.ts'
import type { FileEdit } from './file-edit.ts'

/**
 * One edit per file: several pieces for one file are joined, since each is located in the base. A deletion followed by a
 * creation (git's way to write a change of type) is a rewrite.
 * @throws {MalformedPatchError} when two edits of one file contradict each other.
 */
export function joinEdits(edits: readonly FileEdit[]): FileEdit[] {
  const byPath = new Map<string, FileEdit>()
  for (const edit of edits) {
    const known = byPath.get(edit.path)
    byPath.set(edit.path, known === undefined ? edit : joined(known, edit))
  }
  const sources = new Set(
    [...byPath.values()].flatMap((edit) => (movesFrom(edit) === undefined ? [] : [movesFrom(edit)])),
  )
  for (const edit of byPath.values()) {
    if (edit.kind === 'edit' && edit.from === undefined && sources.has(edit.path)) {
      throw new MalformedPatchError(`it edits ${edit.path} and also renames it`, {
        remedy: 'Address the edit to the new name.',
      })
    }
  }
  return [...byPath.values()]
}

function movesFrom(edit: FileEdit): string | undefined {
  return edit.kind === 'edit' && edit.keepsSource !== true ? edit.from : undefined
}

function joined(first: FileEdit, second: FileEdit): FileEdit {
  if (first.kind === 'delete' && second.kind === 'create' && second.binary?.kind !== 'delta') {
    const content = second.binary === undefined ? second.content : toByteText(second.binary.data)
    const mode = second.mode === undefined ? {} : { mode: second.mode }
    return { kind: 'write', path: second.path, content, ...mode }
  }
  if (first.kind === 'edit' && second.kind === 'edit' && first.binary === undefined && second.binary === undefined) {
    const from = first.from ?? second.from
    const mode = second.mode ?? first.mode
    const contradiction = first.from !== undefined && second.from !== undefined
    if (!contradiction) {
      return {
        kind: 'edit',
        path: first.path,
        hunks: [...first.hunks, ...second.hunks],
        replacements: [...(first.replacements ?? []), ...(second.replacements ?? [])],
        ...(from === undefined ? {} : { from }),
        ...(first.keepsSource === true || second.keepsSource === true ? { keepsSource: true } : {}),
        ...(mode === undefined ? {} : { mode }),
      }
    }
  }
  throw new MalformedPatchError(`it names ${first.path} twice, in ways that contradict each other`, {
    remedy: 'Send one edit of the file, or several that replace different parts of it.',
  })
}
