import type { QueuedPatch } from '@patchlane/kernel'
import type { Pipeline } from '@patchlane/pipeline'
import { toPatchDetail, toPatchView } from '@patchlane/server/wire'
import { z } from 'zod'
import type { CommandContext, CommandHandler } from '../command-context.ts'
import { NoTerminalError, UsageError } from '../errors.ts'
import { exitCodeOfStatuses } from '../exit-code.ts'
import { undoOutputSchema } from '../output/patches.ts'
import { parseInput } from '../parse-input.ts'
import { renderDiff } from '../text/diff-text.ts'
import { patchTable } from '../text/patch-table.ts'

export const run: CommandHandler = async (context, input) => {
  const options = z.object({ run: z.string().min(1).optional(), yes: z.boolean().default(false) })
  const parsed = parseInput(input, { args: z.tuple([z.string().min(1).optional()]), options })
  const [patchId] = parsed.args
  const { run: runId, yes } = parsed.options
  if ((patchId === undefined) === (runId === undefined))
    throw new UsageError('undo needs either a patch or --run RUN.', { remedy: 'Find ids with "patchlane queue list".' })
  const pipeline = await context.pipeline()
  const preview = await pipeline.undo({
    ...(patchId === undefined ? {} : { patchId }),
    ...(runId === undefined ? {} : { runId }),
  })
  const table = (patches: readonly QueuedPatch[]) =>
    patchTable(patches, { width: context.io.stdout.columns, style: context.style }).join('\n')
  if (!context.globals.json) {
    context.print(`This takes out again:\n${table(preview.patches)}\n`)
    context.print(renderDiff(preview.diff, context.style))
  }
  const proposed = (await agreed(context, yes)) ? await land(context, pipeline, await preview.propose()) : []
  if (context.globals.json)
    context.emit(undoOutputSchema, {
      undone: preview.patches.map(toPatchView),
      diff: preview.diff,
      proposed: proposed.map(toPatchDetail),
    })
  else if (proposed.length === 0) context.note('Nothing was changed.')
  else context.print(table(proposed))
  return exitCodeOfStatuses(proposed.map((queued) => queued.status))
}

async function agreed(context: CommandContext, yes: boolean): Promise<boolean> {
  if (yes) return true
  if (context.globals.json) return false
  if (!context.io.stdinIsTerminal || !context.io.stderr.isTerminal) throw new NoTerminalError('Undo this?')
  const prompt = await context.io.prompt()
  return (await prompt.confirm('Undo this?')) === true
}

/** Sends the undo through a gate once; where another gateway holds the target, that one lands it. */
async function land(context: CommandContext, pipeline: Pipeline, proposed: QueuedPatch[]): Promise<QueuedPatch[]> {
  const report = await pipeline.gate.once({ signal: context.signal })
  if (report.lease === null) context.note('Another gateway holds the target and will land this.')
  return Promise.all(proposed.map((queued) => pipeline.patches.get(queued.patch.patchId)))
}
