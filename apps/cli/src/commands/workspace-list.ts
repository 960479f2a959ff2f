import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { workspaceListOutputSchema } from '../output/work.ts'
import { workspaceTable } from '../text/workspace-table.ts'

export const run: CommandHandler = async (context) => {
  const workspaces = await (await context.pipeline()).workspaces.list()
  if (context.globals.json) context.emit(workspaceListOutputSchema, { workspaces })
  else if (workspaces.length === 0) context.note('No workspaces.')
  else {
    const { columns } = context.io.stdout
    context.print(
      workspaceTable(workspaces, { width: columns, style: context.style, now: context.io.now() }).join('\n'),
    )
  }
  return exitCodes.done
}
