import { toPatchDetail } from '@patchlane/server/wire'
import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { patchOutputSchema } from '../output/patches.ts'
import { parseInput } from '../parse-input.ts'
import { answererOf } from './answerer.ts'

export const run: CommandHandler = async (context, input) => {
  const options = z.object({ by: z.string().min(1).max(200).optional(), note: z.string().max(5000).optional() })
  const parsed = parseInput(input, { args: z.tuple([z.string().min(1, 'is empty')]), options })
  const pipeline = await context.pipeline()
  const { by, note } = parsed.options
  const answer = { by: answererOf(context, by), ...(note === undefined ? {} : { note }) }
  const queued = await pipeline.approvals.reject(parsed.args[0], answer)
  if (context.globals.json) context.emit(patchOutputSchema, { patch: toPatchDetail(queued) })
  else context.print(`${queued.patch.patchId} is rejected by ${answer.by}.`)
  return exitCodes.done
}
