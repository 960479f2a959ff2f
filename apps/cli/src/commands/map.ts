import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { mapOutputSchema } from '../output/context.ts'
import { integer, parseInput } from '../parse-input.ts'
import { manyLines } from '../text/sanitize.ts'

const DEFAULT_BUDGET = 4000

export const run: CommandHandler = async (context, input) => {
  const options = z.object({ budget: integer(100, 10_000_000).default(DEFAULT_BUDGET) })
  const parsed = parseInput(input, { args: z.tuple([]), options })
  const text = await (await context.pipeline()).map(parsed.options.budget)
  if (context.globals.json) context.emit(mapOutputSchema, { text })
  else context.print(manyLines(text))
  return exitCodes.done
}
