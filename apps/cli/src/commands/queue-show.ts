import type { QueuedPatch } from '@patchlane/kernel'
import { toPatchDetail } from '@patchlane/server/wire'
import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { queueShowOutputSchema } from '../output/patches.ts'
import { parseInput } from '../parse-input.ts'
import { renderDiff } from '../text/diff-text.ts'
import { formatTime } from '../text/duration.ts'
import { manyLines, oneLine } from '../text/sanitize.ts'
import { shortCommit, shortId } from '../text/short-id.ts'
import { statusText } from '../text/status-text.ts'
import type { Style } from '../text/style.ts'
import { verdictLines } from '../text/verdict-text.ts'

export const run: CommandHandler = async (context, input) => {
  const options = z.object({ diff: z.boolean().default(true) })
  const parsed = parseInput(input, { args: z.tuple([z.string().min(1, 'is empty')]), options })
  const pipeline = await context.pipeline()
  const queued = await pipeline.patches.get(parsed.args[0])
  const diff = parsed.options.diff ? await pipeline.patches.diff(queued.patch.patchId) : null
  if (context.globals.json) context.emit(queueShowOutputSchema, { patch: toPatchDetail(queued), diff })
  else {
    context.print(headLines(queued, context.style).join('\n'))
    if (queued.patch.description !== '') context.print(`\n${manyLines(queued.patch.description)}`)
    if (queued.verdict !== null) context.print(['', ...verdictLines(queued.verdict, context.style)].join('\n'))
    if (diff !== null) context.print(`\n${renderDiff(diff, context.style)}`)
  }
  return exitCodes.done
}

function headLines({ patch, seq, status, parkedFor, createdAt, verdict }: QueuedPatch, style: Style): string[] {
  const waits = parkedFor === 'approval' ? ` (next: patchlane approve ${shortId(patch.patchId)})` : ''
  const lines = [
    `${style.strong(oneLine(patch.title))}`,
    `patch   ${patch.patchId}, number ${seq} for ${oneLine(patch.target)}`,
    `status  ${statusText(status, style)}${waits}`,
    `agent   ${oneLine(patch.author.agent)}${patch.author.runId === undefined ? '' : ` in run ${oneLine(patch.author.runId)}`}`,
    `base    ${shortCommit(patch.base.commit)}`,
    `made    ${formatTime(createdAt)}`,
  ]
  if (verdict?.landedCommit !== undefined) lines.push(`commit  ${shortCommit(verdict.landedCommit)}`)
  if (patch.dependsOn.length > 0) lines.push(`after   ${patch.dependsOn.map(shortId).join(', ')}`)
  return lines
}
