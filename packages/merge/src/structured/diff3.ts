import { diffArrays } from 'diff'

/** A stretch that one side replaced: `[start, end)` of the base by `[from, to)` of the side. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly from: number
  readonly to: number
}

/** A piece of a three-way comparison, as items of each version. */
export interface Chunk<T> {
  /** `same`: nobody changed it, or both did alike. `adjacent` marks a one-sided change that touches one of the other side. */
  readonly kind: 'same' | 'ours' | 'theirs' | 'conflict'
  readonly ours: readonly T[]
  readonly base: readonly T[]
  readonly theirs: readonly T[]
}

/** Above this many edits two sequences are taken as wholly different. */
const MAX_EDITS = 1_500

/** What turns `base` into `side`; `undefined` where they differ too much to say. */
export function editsBetween<T>(base: readonly T[], side: readonly T[]): Edit[] | undefined {
  const parts = diffArrays([...base], [...side], { maxEditLength: MAX_EDITS })
  if (parts === undefined) return undefined
  const edits: Edit[] = []
  let at = 0
  let there = 0
  let open: { start: number; from: number } | undefined
  for (const part of parts) {
    const count = part.value.length
    if (!part.added && !part.removed) {
      if (open !== undefined) edits.push({ ...open, end: at, to: there })
      open = undefined
      at += count
      there += count
      continue
    }
    open ??= { start: at, from: there }
    if (part.removed) at += count
    else there += count
  }
  if (open !== undefined) edits.push({ ...open, end: at, to: there })
  return edits
}

/**
 * Compares two sides with their base. Unlike a line merge that wants unchanged lines between two changes, changes of
 * neighbouring items stand apart here; only changes of the same items, or insertions at the same place, are a conflict.
 */
export function diff3<T>(base: readonly T[], ours: readonly T[], theirs: readonly T[]): Chunk<T>[] | undefined {
  const left = editsBetween(base, ours)
  const right = editsBetween(base, theirs)
  return left === undefined || right === undefined ? undefined : weave({ base, ours, theirs }, left, right)
}

/** Lays the edits of two sides over each other; each side's in order and apart from one another. */
export function weave<T>(
  { base, ours, theirs }: { base: readonly T[]; ours: readonly T[]; theirs: readonly T[] },
  left: readonly Edit[],
  right: readonly Edit[],
): Chunk<T>[] {
  const chunks: Chunk<T>[] = []
  let at = 0
  const shift = { ours: 0, theirs: 0 }
  const keep = (end: number) => {
    if (end <= at) return
    const items = base.slice(at, end)
    chunks.push({ kind: 'same', ours: items, base: items, theirs: items })
    at = end
  }
  let [i, j] = [0, 0]
  for (;;) {
    const a = left[i]
    const b = right[j]
    if (a === undefined && b === undefined) break
    if (a !== undefined && b !== undefined && touches(a, b)) {
      const start = Math.min(a.start, b.start)
      let end = Math.max(a.end, b.end)
      const [firstA, firstB] = [i, j]
      i++
      j++
      // Whatever reaches into the stretch belongs to it.
      for (;;) {
        const nextA = left[i]
        const nextB = right[j]
        if (nextA !== undefined && nextA.start < end) {
          end = Math.max(end, nextA.end)
          i++
        } else if (nextB !== undefined && nextB.start < end) {
          end = Math.max(end, nextB.end)
          j++
        } else break
      }
      keep(start)
      const side = (items: readonly T[], edits: readonly Edit[], offset: number): [readonly T[], number] => {
        const grown = edits.reduce((sum, edit) => sum + (edit.to - edit.from) - (edit.end - edit.start), 0)
        return [items.slice(start + offset, end + offset + grown), offset + grown]
      }
      const [mine, mineShift] = side(ours, left.slice(firstA, i), shift.ours)
      const [yours, yoursShift] = side(theirs, right.slice(firstB, j), shift.theirs)
      shift.ours = mineShift
      shift.theirs = yoursShift
      const equal = mine.length === yours.length && mine.every((item, index) => item === yours[index])
      chunks.push({ kind: equal ? 'same' : 'conflict', ours: mine, base: base.slice(start, end), theirs: yours })
      at = end
      continue
    }
    const first = b === undefined || (a !== undefined && before(a, b)) ? 'ours' : 'theirs'
    const edit = first === 'ours' ? a : b
    if (edit === undefined) break
    keep(edit.start)
    const items = (first === 'ours' ? ours : theirs).slice(edit.from, edit.to)
    const old = base.slice(edit.start, edit.end)
    const grown = edit.to - edit.from - (edit.end - edit.start)
    chunks.push({
      kind: first,
      ours: first === 'ours' ? items : old,
      base: old,
      theirs: first === 'ours' ? old : items,
    })
    shift[first] += grown
    at = edit.end
    if (first === 'ours') i++
    else j++
  }
  keep(base.length)
  return chunks
}

/** Changes of the same items, or insertions at one place, or an insertion inside a changed stretch. */
function touches(a: Edit, b: Edit): boolean {
  if (a.start === a.end && b.start === b.end) return a.start === b.start
  if (a.start === a.end) return b.start < a.start && a.start < b.end
  if (b.start === b.end) return a.start < b.start && b.start < a.end
  return a.start < b.end && b.start < a.end
}

function before(a: Edit, b: Edit): boolean {
  return a.start < b.start || (a.start === b.start && a.end <= b.end)
}
