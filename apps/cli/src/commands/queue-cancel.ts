import { toPatchDetail } from '@patchlane/server/wire'
import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { patchOutputSchema } from '../output/patches.ts'
import { parseInput } from '../parse-input.ts'
import { oneLine } from '../text/sanitize.ts'

export const run: CommandHandler = async (context, input) => {
  const options = z.object({ reason: z.string().min(1).max(1000).default('Withdrawn by hand.') })
  const parsed = parseInput(input, { args: z.tuple([z.string().min(1, 'is empty')]), options })
  const pipeline = await context.pipeline()
  const queued = await pipeline.patches.withdraw(parsed.args[0], parsed.options.reason)
  if (context.globals.json) context.emit(patchOutputSchema, { patch: toPatchDetail(queued) })
  else context.print(`${queued.patch.patchId} is withdrawn: ${oneLine(queued.patch.title)}`)
  return exitCodes.done
}
