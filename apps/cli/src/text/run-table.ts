import type { RunResult } from '@patchlane/pipeline'
import { formatDuration } from './duration.ts'
import { oneLine } from './sanitize.ts'
import { shortCommit, shortId } from './short-id.ts'
import { statusText } from './status-text.ts'
import type { Style } from './style.ts'
import { renderTable } from './table.ts'

/** What a run came to: one line a subtask, then the sum. */
export function runTable(result: RunResult, options: { width: number; style: Style }): string[] {
  const { style, width } = options
  const table = renderTable(
    [
      { title: 'patch' },
      { title: 'subtask', yields: 3, min: 10 },
      { title: 'agent', yields: 2, min: 10 },
      { title: 'status' },
      { title: 'tries', align: 'right' },
      { title: 'commit', yields: 5, min: 7 },
      { title: 'reason', yields: 1, min: 10 },
    ],
    result.patches.map((patch) => [
      patch.patchId === null ? '-' : shortId(patch.patchId),
      oneLine(patch.subtask),
      oneLine(patch.agent),
      statusText(patch.status, style),
      String(patch.attempts),
      patch.landedCommit === null ? '-' : shortCommit(patch.landedCommit),
      oneLine(patch.reason),
    ]),
    { width, header: style.dim },
  )
  const lines = [...table, ...cutReasons(result, table)]
  const landed = result.patches.filter((patch) => patch.status === 'landed').length
  const moved =
    result.head === result.base
      ? `stays at ${shortCommit(result.head)}`
      : `${shortCommit(result.base)} ▸ ${shortCommit(result.head)}`
  const { inputTokens, outputTokens, usd } = result.cost
  const cost = inputTokens + outputTokens === 0 ? '' : `, ${inputTokens + outputTokens} tokens, $${usd.toFixed(2)}`
  lines.push(
    `${landed} of ${result.patches.length} landed in ${formatDuration(result.durationMs)}${cost}; ${oneLine(result.target)} ${moved}`,
  )
  for (const { status, patchId } of result.patches)
    if (status === 'awaiting_approval' && patchId !== null) lines.push(`next: patchlane approve ${shortId(patchId)}`)
  return lines
}

/** What the table had no room for: the whole reason of each patch that did not land. */
function cutReasons(result: RunResult, table: readonly string[]): string[] {
  return result.patches.flatMap(({ status, subtask, reason }, at) => {
    const whole = oneLine(reason)
    const isCut = !(table[at + 1] ?? '').endsWith(whole)
    return status !== 'landed' && isCut ? [`${oneLine(subtask)}: ${whole}`] : []
  })
}
