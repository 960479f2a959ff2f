import type { Hunk, HunkContext, Proposal } from './hunk.ts'

/**
 * Where both sides added lines at one place: what sort of lines they are and which block the proposal puts first. Only these
 * features tell our side from theirs.
 */
export function unionFeatures(
  hunk: Hunk,
  context: HunkContext,
  proposal: Proposal,
  set: (name: string, value: number | boolean) => void,
): void {
  const [ours, theirs] = [hunk.ours, hunk.theirs]
  const text = proposal.text
  const firstOurs = text.startsWith(ours.join('').slice(0, 200))
  const [first, second] = firstOurs ? [ours, theirs] : [theirs, ours]
  const entry = entryOf(ours) === entryOf(theirs) ? entryOf(ours) : 'mixed'
  set(`union:${entry}`, 1)
  set(`union:${entry}&ours first`, firstOurs)
  set('union: ours first', firstOurs)
  set(`union:${context.kind}&ours first`, firstOurs)
  const longerFirst = first.length > second.length * 1.5 ? 1 : second.length > first.length * 1.5 ? -1 : 0
  set('union: longer first', longerFirst)
  set(`union:${context.kind}&longer first`, longerFirst)
  const [a, z] = [
    key(first.find((line) => line.trim() !== '') ?? ''),
    key(second.find((line) => line.trim() !== '') ?? ''),
  ]
  set(`union:${entry}&in order`, a < z ? 1 : -1)
  const [n, m] = [numberOf(first), numberOf(second)]
  if (n !== undefined && m !== undefined) set('union: rising numbers', n < m ? 1 : -1)
  const next = context.after.find((line) => line.trim() !== '')
  set('union: at end', next === undefined)
  set('union: before blank', context.after[0]?.trim() === '')
  set('union: after blank', context.before.at(-1)?.trim() === '')
}

function numberOf(lines: readonly string[]): number | undefined {
  const found = /#(\d{2,})/.exec(lines.join(''))?.[1]
  return found === undefined ? undefined : Number(found)
}

function key(line: string): string {
  return line
    .trim()
    .replace(/^[-*+]\s+/, '')
    .replace(/[^\p{L}\p{N}_ ]/gu, '')
    .toLowerCase()
}

/** What added lines look like. */
function entryOf(lines: readonly string[]): string {
  const full = lines.map((line) => line.trim()).filter((line) => line !== '')
  const first = full[0] ?? ''
  if (
    full.every((line) =>
      /^(?:import\b|from\s+\S+\s+import\b|export\s.*\sfrom\b|(?:const|var|let)\s.*\brequire\()/.test(line),
    )
  )
    return 'imports'
  if (/^(?:[-*+]|\d+\.)\s/.test(first)) return 'items'
  if (
    /^(?:@\w|(?:export\s+|default\s+|async\s+|static\s+|public\s+|private\s+|protected\s+|abstract\s+)*(?:def|class|function|interface|type|enum)\s+[\w$]+)/.test(
      first,
    )
  )
    return 'declarations'
  if (/^(?:describe|it|test)(?:\.\w+)*\(/.test(first)) return 'tests'
  if (full.length === 0) return 'blank'
  if (full.every((line) => line.endsWith(','))) return 'elements'
  if (/^(?:\/\/|#|\/\*|\*)/.test(first)) return 'comment'
  if (/^[\w.$'"-]+\s*[:=]/.test(first)) return 'keys'
  if (/[;{]$/.test(full.at(-1) ?? '') || /^[}\])]/.test(first)) return 'statements'
  return 'other'
}
