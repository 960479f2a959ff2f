import { patchStatuses, type QueuedPatch } from '@patchlane/kernel'
import { toPatchView } from '@patchlane/server/wire'
import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { queueListOutputSchema } from '../output/patches.ts'
import { integer, parseInput } from '../parse-input.ts'
import { patchTable } from '../text/patch-table.ts'

const statuses = z
  .string()
  .transform((text) => text.split(',').map((word) => word.trim()))
  .pipe(z.array(z.enum(patchStatuses, { error: `is not a list of ${patchStatuses.join(', ')}` })))

const options = z.object({
  status: statuses.optional(),
  run: z.string().optional(),
  limit: integer(1, 100_000).default(100),
  after: integer(0, Number.MAX_SAFE_INTEGER).optional(),
})

export const run: CommandHandler = async (context, input) => {
  const { status, run: runId, limit, after } = parseInput(input, { args: z.tuple([]), options }).options
  const pipeline = await context.pipeline()
  const fromEnd = after === undefined
  const listed = await pipeline.patches.list({
    limit,
    latestFirst: fromEnd,
    ...(status === undefined ? {} : { status }),
    ...(runId === undefined ? {} : { runId }),
    ...(after === undefined ? {} : { afterSeq: after }),
  })
  const patches = fromEnd ? listed.toReversed() : listed
  if (context.globals.json) context.emit(queueListOutputSchema, { patches: patches.map(toPatchView) })
  else if (patches.length === 0) context.note('No patches.')
  else context.print(patchTable(patches, { width: context.io.stdout.columns, style: context.style }).join('\n'))
  if (patches.length === limit) context.note(moreOf(patches, fromEnd))
  return exitCodes.done
}

/** How to see what the limit left out. */
function moreOf(patches: readonly QueuedPatch[], fromEnd: boolean): string {
  return fromEnd
    ? `There may be earlier ones: see all from the first with --after 0, or more with --limit ${patches.length * 10}.`
    : `There may be more: --after ${patches.at(-1)?.seq ?? 0}`
}
