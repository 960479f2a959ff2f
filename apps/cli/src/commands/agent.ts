import { toPatchDetail } from '@patchlane/server/wire'
import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodeOfStatuses, exitCodes } from '../exit-code.ts'
import { agentOutputSchema } from '../output/patches.ts'
import { parseInput } from '../parse-input.ts'
import { oneLine } from '../text/sanitize.ts'
import { shortId } from '../text/short-id.ts'
import { statusText } from '../text/status-text.ts'

export const run: CommandHandler = async (context, input) => {
  const options = z.object({ title: z.string().min(1).max(500).optional(), base: z.string().optional() })
  const parsed = parseInput(input, { args: z.tuple([z.array(z.string()).min(1)]), options })
  const { title, base } = parsed.options
  const pipeline = await context.pipeline()
  context.interrupt.message = () => 'Stopping the program; nothing is proposed. Press Ctrl-C again to quit at once.'
  const queued = await pipeline.agent({
    command: parsed.args[0],
    signal: context.signal,
    onOutput: (line) => context.io.stderr.write(`${context.noteStyle.dim('│')} ${oneLine(line)}\n`),
    ...(title === undefined ? {} : { title }),
    ...(base === undefined ? {} : { base }),
  })
  if (context.globals.json) context.emit(agentOutputSchema, { patch: queued === null ? null : toPatchDetail(queued) })
  else if (queued === null) context.print('The program changed nothing; nothing is proposed.')
  else {
    const { patch, status } = queued
    context.print(`${patch.patchId} ${statusText(status, context.style)}: ${oneLine(patch.title)}`)
    if (status === 'queued')
      context.note(`next: patchlane gate --once; see it with patchlane queue show ${shortId(patch.patchId)}`)
  }
  return queued === null ? exitCodes.done : exitCodeOfStatuses([queued.status])
}
