import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Pipeline, RunHandle, RunResult } from '@patchlane/pipeline'
import { z } from 'zod'
import type { CommandContext, CommandHandler } from '../command-context.ts'
import { FileReadError, UsageError } from '../errors.ts'
import { exitCodeOfStatuses } from '../exit-code.ts'
import { runDisplay } from '../live/run-display.ts'
import { runOutputSchema } from '../output/run.ts'
import { integer, parseInput } from '../parse-input.ts'
import { runTable } from '../text/run-table.ts'
import { oneLine, safeJson } from '../text/sanitize.ts'

const options = z.object({
  resume: z.string().min(1).optional(),
  concurrency: integer(1, 200).optional(),
  attempts: integer(1, 10).optional(),
  wait: z.boolean().default(false),
  result: z.string().min(1).optional(),
})
type Options = z.output<typeof options>

export const run: CommandHandler = async (context, input) => {
  const parsed = parseInput(input, { args: z.tuple([z.string().min(1).optional()]), options })
  const [plan] = parsed.args
  const { resume } = parsed.options
  if ((plan === undefined) === (resume === undefined))
    throw new UsageError('run needs either a plan or --resume RUN.', {
      remedy: 'Name a plan file, or see "patchlane status" for runs that can be resumed.',
    })
  const text = plan === undefined ? '' : await readPlan(context, plan)
  const pipeline = await context.pipeline()
  const handle =
    resume === undefined
      ? await start(context, pipeline, text, parsed.options)
      : await pipeline.runs.resume(resume, { signal: context.signal, waitForApproval: parsed.options.wait })
  return follow(context, handle, parsed.options.result)
}

async function start(
  context: CommandContext,
  pipeline: Pipeline,
  plan: string,
  { concurrency, attempts, wait }: Options,
): Promise<RunHandle> {
  return pipeline.runs.start({
    plan,
    waitForApproval: wait,
    signal: context.signal,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(attempts === undefined ? {} : { attempts }),
  })
}

/** Shows the run until it ends, then what it came to. An interrupted run ends without a table: it is not over. */
async function follow(context: CommandContext, handle: RunHandle, file: string | undefined): Promise<number> {
  const id = oneLine(handle.runId)
  context.interrupt.message = () =>
    `Stopping run ${id}. Go on later with: patchlane run --resume ${id}\nPress Ctrl-C again to quit at once; that can be resumed too.`
  // Rejections are met at the await below; without this they would count as unhandled while events are still read.
  handle.result.catch(() => undefined)
  const display = runDisplay(context, handle.runId)
  let result: RunResult
  try {
    for await (const event of handle.events) display.event(event)
    result = await handle.result
    display.end({ resultFollows: true })
  } finally {
    display.end({ resultFollows: false })
  }
  const output = { ...result, patches: [...result.patches] }
  if (file !== undefined)
    await writeFile(resolve(context.io.cwd, file), `${safeJson(runOutputSchema.parse(output), 2)}\n`)
  if (context.globals.json) context.emit(runOutputSchema, output)
  else context.print(runTable(result, { width: context.io.stdout.columns, style: context.style }).join('\n'))
  return exitCodeOfStatuses(result.patches.map((patch) => patch.status))
}

async function readPlan(context: CommandContext, file: string): Promise<string> {
  if (file === '-') return new TextDecoder().decode(await context.io.readStdin())
  return readFile(resolve(context.io.cwd, file), 'utf8').catch((error: unknown) => {
    throw new FileReadError(file, error)
  })
}
