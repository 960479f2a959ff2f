import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { eventOutputSchema } from '../output/work.ts'
import { integer, parseInput } from '../parse-input.ts'
import { formatTime } from '../text/duration.ts'
import { oneLine, safeJson } from '../text/sanitize.ts'

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
  const { style } = context
  for await (const event of events) {
    if (context.globals.json) context.emit(eventOutputSchema, event)
    else {
      const data = Object.keys(event.data).length === 0 ? '' : ` ${style.dim(safeJson(event.data))}`
      const head = `${style.dim(formatTime(event.at))} ${event.seq} ${style.info(event.type)}`
      context.print(`${head} ${oneLine(event.subject)}${data}`)
    }
  }
  return exitCodes.done
}
