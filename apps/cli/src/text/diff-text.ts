import { manyLines } from './sanitize.ts'
import type { Style } from './style.ts'

/** A diff for a terminal: untrusted, so stripped of control characters, and coloured by line. */
export function renderDiff(diff: string, style: Style): string {
  const safe = manyLines(diff).replace(/\n$/, '')
  if (!style.enabled) return `${safe}\n`
  return `${safe
    .split('\n')
    .map((line) => paintLine(line, style))
    .join('\n')}\n`
}

function paintLine(line: string, style: Style): string {
  if (/^(?:diff |index |--- |\+\+\+ |new file|deleted file|rename |similarity |old mode|new mode)/.test(line))
    return style.strong(line)
  if (line.startsWith('@@')) return style.info(line)
  if (line.startsWith('+')) return style.good(line)
  if (line.startsWith('-')) return style.bad(line)
  return line
}
