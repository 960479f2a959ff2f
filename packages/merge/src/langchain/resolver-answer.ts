import { type ConflictSegment, joinSegments, type Segment } from '../conflict-hunks.ts'
import { keepsLastLineEnd, lineEndOf } from '../text-content.ts'

/** What a model said, read by the tags it was asked to use. */
export type ModelAnswer =
  | { readonly kind: 'resolved'; readonly bodies: readonly string[]; readonly note: string | undefined }
  | { readonly kind: 'left'; readonly reason: string }
  /** It did not keep to the form; `problem` tells it what to mend. */
  | { readonly kind: 'malformed'; readonly problem: string }

/** Reads an answer for `count` conflicts. Text outside the tags is ignored: models think aloud. */
export function readAnswer(text: string, tag: string, count: number): ModelAnswer {
  const one = (name: string) =>
    new RegExp(`<${name}-${tag}>([\\s\\S]*?)</${name}-${tag}>`).exec(text)?.[1]?.replace(/\s+/g, ' ').trim()
  const reason = one('leave')
  if (reason !== undefined) return { kind: 'left', reason: reason === '' ? 'no reason given' : reason }
  const bodies = new Map<number, string>()
  const resolution = new RegExp(
    `<resolution-${tag} conflict="(\\d+)">[ \\t]*\\r?\\n([\\s\\S]*?)[ \\t]*</resolution-${tag}>`,
    'g',
  )
  for (const [, number, body] of text.matchAll(resolution)) {
    if (bodies.has(Number(number))) return { kind: 'malformed', problem: `conflict ${number} has two resolutions` }
    bodies.set(Number(number), body ?? '')
  }
  const wanted = Array.from({ length: count }, (_, n) => n + 1)
  const missing = wanted.find((number) => !bodies.has(number))
  if (missing !== undefined) return { kind: 'malformed', problem: `there is no resolution of conflict ${missing}` }
  if (bodies.size > count) return { kind: 'malformed', problem: `there are ${count} conflicts, and more resolutions` }
  return { kind: 'resolved', bodies: wanted.map((number) => bodies.get(number) ?? ''), note: one('note') }
}

/** The file with the answers in place: line ends as on our side, the last one as the side that changed it has it. */
export function fileOf(
  versions: { base: string; ours: string; theirs: string; segments: readonly Segment[] },
  bodies: readonly string[],
): string {
  const { segments, ours } = versions
  const lineEnd = lineEndOf(ours) ?? '\n'
  const asOurs = (body: string) => {
    const lines = body.replace(/\r\n/g, '\n')
    return (lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`).replace(/\n/g, lineEnd)
  }
  const byConflict = new Map<ConflictSegment, string>()
  for (const segment of segments) {
    if (segment.kind === 'conflict') byConflict.set(segment, asOurs(bodies[byConflict.size] ?? ''))
  }
  const file = joinSegments(segments, (conflict) => [byConflict.get(conflict) ?? ''])
  if (segments.at(-1)?.kind !== 'conflict') return file
  return keepsLastLineEnd(versions) || !file.endsWith(lineEnd) ? file : file.slice(0, -lineEnd.length)
}
