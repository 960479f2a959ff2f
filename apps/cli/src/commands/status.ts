import { patchStatuses } from '@patchlane/kernel'
import { toStatusView } from '@patchlane/server/wire'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { statusOutputSchema } from '../output/context.ts'
import { formatTime } from '../text/duration.ts'
import { patchTable } from '../text/patch-table.ts'
import { oneLine } from '../text/sanitize.ts'
import { shortCommit } from '../text/short-id.ts'
import { statusText } from '../text/status-text.ts'

export const run: CommandHandler = async (context) => {
  const pipeline = await context.pipeline()
  const status = await pipeline.status()
  const { style } = context
  if (context.globals.json) {
    context.emit(statusOutputSchema, toStatusView(status))
    return exitCodes.done
  }
  const held =
    status.lease === null
      ? 'nobody'
      : `${oneLine(status.lease.owner)} (epoch ${status.lease.epoch}, until ${formatTime(status.lease.expiresAt)})`
  const counts = patchStatuses
    .filter((name) => (status.queue[name] ?? 0) > 0)
    .map((name) => `${status.queue[name]} ${statusText(name, style)}`)
  const version = status.stamp?.indexVersion
  context.print(
    [
      `repository  ${oneLine(status.repoId)}`,
      `target      ${oneLine(status.target)} at ${shortCommit(status.head)}${status.paused ? style.warn(' (paused)') : ''}`,
      `index       ${version === undefined || version === null ? 'none yet' : shortCommit(version)}`,
      `held by     ${held}`,
      `queue       ${counts.length === 0 ? 'empty' : counts.join(', ')}`,
      `workspaces  ${status.workspaces.total}, of which ${status.workspaces.leased} leased`,
    ].join('\n'),
  )
  if (status.waiting.length > 0) {
    const lines = patchTable(status.waiting, { width: context.io.stdout.columns, style })
    context.print(['', 'waiting:', ...lines].join('\n'))
  }
  const open = status.runs.filter((run) => run.status === 'running' || run.status === 'interrupted')
  for (const { runId, status: state, title, startedAt } of open) {
    context.print(`run ${oneLine(runId)} ${state} since ${formatTime(startedAt)}: ${oneLine(title)}`)
    if (state === 'interrupted') context.print(`  next: patchlane run --resume ${oneLine(runId)}`)
  }
  if (status.pendingApprovals > 0) context.print(`${status.pendingApprovals} waiting for a person: patchlane approve`)
  return exitCodes.done
}
