import { diffArrays } from 'diff'
import type { ByteText } from './byte-text.ts'
import type { Hunk, HunkLine } from './file-edit.ts'

/** Above this many edited lines, old and new are taken as one replaced block. */
const MAX_EDITS = 2000

/** The hunk that turns one block of lines into another; lines that both have are kept, so that the base's own bytes stay. */
export function hunkOf(name: string, before: readonly ByteText[], after: readonly ByteText[]): Hunk {
  const parts = diffArrays([...before], [...after], { maxEditLength: MAX_EDITS })
  if (parts === undefined) return { name, lines: [...before.map(lineWith('-')), ...after.map(lineWith('+'))] }
  const lines = parts.flatMap((part) => part.value.map(lineWith(part.added ? '+' : part.removed ? '-' : ' ')))
  return { name, lines }
}

function lineWith(op: HunkLine['op']): (text: ByteText) => HunkLine {
  return (text) => ({ op, text })
}
