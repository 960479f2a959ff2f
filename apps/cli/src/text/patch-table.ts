import type { QueuedPatch } from '@patchlane/kernel'
import { oneLine } from './sanitize.ts'
import { shortCommit, shortId } from './short-id.ts'
import { statusText } from './status-text.ts'
import type { Style } from './style.ts'
import { renderTable } from './table.ts'

/** Patches as lines for a terminal of this width. */
export function patchTable(patches: readonly QueuedPatch[], options: { width: number; style: Style }): string[] {
  const { style, width } = options
  return renderTable(
    [
      { title: '#', align: 'right' },
      { title: 'patch' },
      { title: 'status' },
      { title: 'agent', yields: 3 },
      { title: 'title', yields: 2, min: 12 },
      { title: 'what was said', yields: 1, min: 10 },
      { title: 'commit', yields: 4, min: 7 },
    ],
    patches.map(({ patch, seq, status, verdict }) => [
      String(seq),
      shortId(patch.patchId),
      statusText(status, style),
      oneLine(patch.author.agent),
      oneLine(patch.title),
      oneLine(verdict?.message ?? ''),
      verdict?.landedCommit === undefined ? '' : shortCommit(verdict.landedCommit),
    ]),
    { width, header: style.dim },
  )
}
