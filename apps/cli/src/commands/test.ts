import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { testOutputSchema } from '../output/work.ts'
import { parseInput } from '../parse-input.ts'
import { manyLines } from '../text/sanitize.ts'
import { checkLines } from '../text/verdict-text.ts'

export const run: CommandHandler = async (context, input) => {
  const options = z.object({ all: z.boolean().default(false) })
  const parsed = parseInput(input, { args: z.tuple([z.array(z.string())]), options })
  const [paths] = parsed.args
  const pipeline = await context.pipeline()
  const reports = await pipeline.test({
    all: parsed.options.all,
    signal: context.signal,
    onLine: (line) => context.note(context.noteStyle.dim(manyLines(line).replace(/\n$/, ''))),
    ...(paths.length === 0 ? {} : { paths }),
  })
  const ok = reports.every((report) => report.outcome !== 'failed' && report.outcome !== 'broken')
  if (context.globals.json) context.emit(testOutputSchema, { ok, reports })
  else if (reports.length === 0) context.print('There is nothing to run.')
  else context.print(reports.flatMap((report) => checkLines(report, context.style)).join('\n'))
  return ok ? exitCodes.done : exitCodes.failed
}
