import type { WorkspaceInfo } from '@patchlane/pipeline'
import { formatClock, formatSize } from './duration.ts'
import { oneLine } from './sanitize.ts'
import { shortCommit } from './short-id.ts'
import type { Style } from './style.ts'
import { renderTable } from './table.ts'

/** Workspaces as lines for a terminal of this width. */
export function workspaceTable(
  workspaces: readonly WorkspaceInfo[],
  options: { width: number; style: Style; now: number },
): string[] {
  return renderTable(
    [
      { title: 'id', yields: 3 },
      { title: 'state' },
      { title: 'holder', yields: 2 },
      { title: 'commit' },
      { title: 'age', align: 'right' },
      { title: 'size', align: 'right' },
      { title: 'folder', yields: 1, min: 12 },
    ],
    workspaces.map((workspace) => [
      oneLine(workspace.id),
      workspace.state,
      oneLine(workspace.holder ?? '-'),
      shortCommit(workspace.commit),
      formatClock(options.now - workspace.createdAt),
      workspace.size === null ? '-' : formatSize(workspace.size),
      oneLine(workspace.directory),
    ]),
    { width: options.width, header: options.style.dim },
  )
}
