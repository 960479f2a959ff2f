import type { CommandOutput } from '@patchlane/pipeline/merge'
import type { CommandContext } from '../command-context.ts'
import { oneLine } from '../text/sanitize.ts'

/** Where the merge commands write: bytes as they are, since they are a file's content and no text of ours. */
export function mergeOutput(context: CommandContext): CommandOutput {
  return {
    out: (bytes) => context.io.stdout.write(bytes),
    warn: (line) => context.io.stderr.write(`${oneLine(line)}\n`),
  }
}
