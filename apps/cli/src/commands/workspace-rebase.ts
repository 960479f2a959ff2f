import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { workspaceRebaseOutputSchema } from '../output/work.ts'
import { parseInput } from '../parse-input.ts'
import { oneLine } from '../text/sanitize.ts'
import { shortCommit } from '../text/short-id.ts'

export const run: CommandHandler = async (context, input) => {
  const options = z.object({ onto: z.string().min(1, 'is empty').optional() })
  const parsed = parseInput(input, { args: z.tuple([z.string().min(1, 'is empty')]), options })
  const [id] = parsed.args
  const { onto } = parsed.options
  const { workspaces } = await context.pipeline()
  const { commit, conflicts } = await workspaces.rebase(id, onto === undefined ? {} : { onto })
  if (context.globals.json) context.emit(workspaceRebaseOutputSchema, { id, commit, conflicts })
  else if (conflicts.length === 0) context.print(`moved ${oneLine(id)} onto ${shortCommit(commit)}`)
  else {
    context.print(`left ${oneLine(id)} as it is: its work and ${shortCommit(commit)} conflict in`)
    for (const path of conflicts) context.print(`  ${oneLine(path)}`)
  }
  return conflicts.length === 0 ? exitCodes.done : exitCodes.conflict
}
