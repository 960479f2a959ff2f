import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { workspaceRescueOutputSchema } from '../output/work.ts'
import { parseInput } from '../parse-input.ts'
import { oneLine } from '../text/sanitize.ts'

export const run: CommandHandler = async (context, input) => {
  const { args } = parseInput(input, { args: z.tuple([z.string().min(1, 'is empty')]), options: z.object({}) })
  const [id] = args
  const { ref } = await (await context.pipeline()).workspaces.rescue(id)
  if (context.globals.json) context.emit(workspaceRescueOutputSchema, { id, ref })
  else {
    context.print(`kept the work of ${oneLine(id)} under ${oneLine(ref)}`)
    context.note(`see it with: git log -p ${oneLine(ref)}`)
  }
  return exitCodes.done
}
