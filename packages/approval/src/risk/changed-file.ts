import type { FileChange } from '@patchlane/kernel'

/** A change as the risk rules look at it: text where it is text, and the lines that came and went. */
export interface ChangedFile {
  path: string
  kind: FileChange['kind']
  /** The old name, where it was renamed. */
  from: string | null
  before: string
  after: string
  modeBefore: string | null
  modeAfter: string | null
  binary: boolean
  added: string[]
  removed: string[]
}

export function changedFile(change: FileChange): ChangedFile {
  const before = change.kind === 'create' ? null : change.before
  const after = change.kind === 'delete' ? null : change.after
  const texts = [before, after].map((version) => decode(version?.content))
  const [old = '', now = ''] = texts.map((text) => text ?? '')
  return {
    path: change.path,
    kind: change.kind,
    from: change.kind === 'rename' ? change.from : null,
    before: old,
    after: now,
    modeBefore: before?.mode ?? null,
    modeAfter: after?.mode ?? null,
    binary: texts.includes(undefined),
    added: surplus(now, old),
    removed: surplus(old, now),
  }
}

/** Undefined for what is not text. */
function decode(content: Uint8Array | undefined): string | undefined {
  if (content === undefined) return ''
  if (content.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    return undefined
  }
}

/** Lines that one text has more often than the other: linear in their length, and moved lines do not count. */
function surplus(text: string, other: string): string[] {
  const counts = new Map<string, number>()
  for (const line of other.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1)
  return text.split('\n').filter((line) => {
    const left = counts.get(line) ?? 0
    if (left > 0) counts.set(line, left - 1)
    return left === 0 && line.trim() !== ''
  })
}
