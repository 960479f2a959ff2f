import type { CommandContext, CommandInput } from '../command-context.ts'
import type { MergeCommand } from '../merge-command.ts'

/** Hands the words of the command line over unread. Its exit status is the command's. */
export async function runMergeCommand(
  context: CommandContext,
  input: CommandInput,
  command: MergeCommand,
): Promise<number> {
  return command(input.words ?? [], {
    cwd: context.globals.directory,
    readStdin: context.io.readStdin,
    stdout: context.io.stdout,
    stderr: context.io.stderr,
    signal: context.signal,
  })
}
