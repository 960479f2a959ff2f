import type { RunEvent } from '@patchlane/pipeline'
import { oneLine } from '../text/sanitize.ts'
import { shortId } from '../text/short-id.ts'

/** Told by the table at the end, or of use to programs only. */
const UNTOLD = new Set(['run.finished', 'agent.usage'])

/** An event as a line for a log file; undefined for what needs no line. */
export function plainLine(event: RunEvent): string | undefined {
  if (UNTOLD.has(event.type)) return undefined
  const parts = [
    new Date(event.at).toISOString().slice(11, 19),
    event.subtask,
    event.type,
    event.status?.replace('_', ' '),
    event.patchId === undefined ? undefined : shortId(event.patchId),
    event.message,
  ]
  return parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => oneLine(String(part)))
    .join(' ')
}
