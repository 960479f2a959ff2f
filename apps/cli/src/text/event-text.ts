import type { StoredEvent } from '@patchlane/kernel'
import { formatTime } from './duration.ts'
import { oneLine, safeJson } from './sanitize.ts'
import type { Style } from './style.ts'

/** Said by the subject or of no use to a reader; `--json` has everything. */
const UNSAID = new Set(['seq', 'runId', 'from', 'to', 'code'])

/** An event of the log on one line: when, its number, what, of which thing, and what is worth knowing. */
export function eventText(event: StoredEvent, style: Style): string {
  const { from, to, ...rest } = event.data
  const move = typeof from === 'string' && typeof to === 'string' ? [`${from} → ${to}`] : []
  const said = Object.entries(rest).flatMap(([name, value]) =>
    UNSAID.has(name) || value === null ? [] : [saying(name, value)],
  )
  const head = `${style.dim(formatTime(event.at))} ${event.seq} ${style.info(oneLine(event.type))} ${oneLine(event.subject)}`
  return [head, ...[...move, ...said].map((text) => style.dim(text))].join('  ')
}

function saying(name: string, value: unknown): string {
  if (typeof value !== 'string') return `${name} ${safeJson(value)}`
  if (name === 'message' || name === 'title') return oneLine(value)
  // An owner is a name for people, then a process identity for machines.
  return `${name} ${oneLine(name === 'owner' ? (value.split(' {')[0] ?? value) : value)}`
}
