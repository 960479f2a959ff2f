import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { eventOutputSchema } from '../output/work.ts'
import { integer, parseInput } from '../parse-input.ts'
import { eventText } from '../text/event-text.ts'

const options = z.object({
  follow: z.boolean().default(false),
  stream: z.string().min(1).optional(),
  after: integer(0, Number.MAX_SAFE_INTEGER).optional(),
  limit: integer(1, Number.MAX_SAFE_INTEGER).optional(),
})

export const run: CommandHandler = async (context, input) => {
  const parsed = parseInput(input, { args: z.tuple([]), options })
  const { follow, stream, after, limit } = parsed.options
  const pipeline = await context.pipeline()
  context.interrupt.endsNormally = follow
  const events = pipeline.events({
    follow,
    signal: context.signal,
    ...(stream === undefined ? {} : { stream }),
    ...(after === undefined ? {} : { after }),
    ...(limit === undefined ? {} : { limit }),
  })
  for await (const event of events) {
    if (context.globals.json) context.emit(eventOutputSchema, event)
    else context.print(eventText(event, context.style))
  }
  return exitCodes.done
}
