import type { GateReport } from '@patchlane/pipeline'
import { toPatchView } from '@patchlane/server/wire'
import { z } from 'zod'
import type { CommandContext, CommandHandler } from '../command-context.ts'
import { TargetHeldError, UsageError } from '../errors.ts'
import { exitCodeOfStatuses, exitCodes } from '../exit-code.ts'
import { gateOutputSchema } from '../output/patches.ts'
import { parseInput } from '../parse-input.ts'
import { gateLines } from '../text/gate-text.ts'
import { oneLine } from '../text/sanitize.ts'

export const run: CommandHandler = async (context, input) => {
  const options = z.object({ once: z.boolean().default(false), watch: z.boolean().default(false) })
  const { once, watch } = parseInput(input, { args: z.tuple([]), options }).options
  if (once && watch) throw new UsageError('--once and --watch exclude each other.', { remedy: 'Give one of them.' })
  const pipeline = await context.pipeline()
  if (!watch) {
    const report = await pipeline.gate.once({ signal: context.signal })
    if (report.lease === null) throw new TargetHeldError(pipeline.target)
    show(context, report)
    return exitCodeOfStatuses([...report.settled, ...report.parked].map((queued) => queued.status))
  }
  context.interrupt.endsNormally = true
  context.note(`Landing patches on ${oneLine(pipeline.target)} until Ctrl-C.`)
  let told = ''
  await pipeline.gate.watch({
    signal: context.signal,
    onTrouble: ({ error }) => {
      if (error.message !== told) context.note(`waiting: ${oneLine(error.message)}`)
      told = error.message
    },
    onReport: (report) => {
      if (context.globals.json || report.settled.length + report.parked.length + report.recovered.length > 0)
        show(context, report)
    },
  })
  return exitCodes.done
}

function show(context: CommandContext, report: GateReport): void {
  if (context.globals.json)
    context.emit(gateOutputSchema, {
      ...report,
      settled: report.settled.map(toPatchView),
      parked: report.parked.map(toPatchView),
    })
  else context.print(gateLines(report, { width: context.io.stdout.columns, style: context.style }).join('\n'))
}
