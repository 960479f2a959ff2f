import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { workspaceGcOutputSchema } from '../output/work.ts'
import { parseInput } from '../parse-input.ts'
import { oneLine } from '../text/sanitize.ts'

export const run: CommandHandler = async (context, input) => {
  const options = z.object({ all: z.boolean().default(false) })
  const { all } = parseInput(input, { args: z.tuple([]), options }).options
  const result = await (await context.pipeline()).workspaces.gc({ all })
  if (context.globals.json) context.emit(workspaceGcOutputSchema, result)
  else {
    for (const { id, ref } of result.rescued) context.print(`kept the work of ${oneLine(id)} under ${oneLine(ref)}`)
    context.print(`removed ${result.removed.length} ${result.removed.length === 1 ? 'workspace' : 'workspaces'}`)
  }
  return exitCodes.done
}
