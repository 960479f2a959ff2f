import { resolve } from 'node:path'
import { FileMerger, linesOf, type MergeFileCall, mergeBatch, runMergeFile } from '@patchlane/pipeline/merge'
import { z } from 'zod'
import type { CommandContext, CommandHandler } from '../command-context.ts'
import { UsageError } from '../errors.ts'
import { exitCodes } from '../exit-code.ts'
import { integer, parseInput } from '../parse-input.ts'
import { mergeOutput } from './merge-output.ts'

const flag = z.boolean().default(false)
const options = z.object({
  stdout: flag,
  label: z.array(z.string()).max(3).optional(),
  path: z.string().min(1).optional(),
  diff3: flag,
  zdiff3: flag,
  ours: flag,
  theirs: flag,
  union: flag,
  markerSize: integer(1, 1000).optional(),
  quiet: flag,
  batch: flag,
})
type Options = z.output<typeof options>

export const run: CommandHandler = async (context, input) => {
  const file = z.string().min(1).optional()
  const parsed = parseInput(input, { args: z.tuple([file, file, file]), options })
  const [base, ours, theirs] = parsed.args
  const merger = new FileMerger()
  try {
    if (parsed.options.batch) return await runBatch(context, merger)
    if (base === undefined || ours === undefined || theirs === undefined)
      throw new UsageError('merge-file needs three files: BASE OURS THEIRS.', { remedy: 'Name them, or use --batch.' })
    const files = { base: at(context, base), ours: at(context, ours), theirs: at(context, theirs) }
    const labels = parsed.options.label ?? []
    const named = [labels[0] ?? ours, labels[1] ?? base, labels[2] ?? theirs]
    return await runMergeFile(callOf(files, named, parsed.options, context.globals.json), merger, mergeOutput(context))
  } finally {
    await merger.close()
  }
}

function callOf(
  files: { base: string; ours: string; theirs: string },
  labels: readonly string[],
  given: Options,
  json: boolean,
): MergeFileCall {
  const favor = (['ours', 'theirs', 'union'] as const).find((side) => given[side])
  const style = given.zdiff3 ? 'zdiff3' : given.diff3 ? 'diff3' : 'merge'
  return {
    ...files,
    labels,
    style,
    json,
    toStdout: given.stdout,
    quiet: given.quiet,
    ...(given.path === undefined ? {} : { path: given.path }),
    ...(given.markerSize === undefined ? {} : { markerSize: given.markerSize }),
    ...(favor === undefined ? {} : { favor }),
  }
}

/** Answers each line as soon as it is merged; conflicts are in the answers, not in the exit code. */
async function runBatch(context: CommandContext, merger: FileMerger): Promise<number> {
  for await (const answer of mergeBatch(linesOf(context.io.stdinChunks()), merger)) context.io.stdout.write(answer)
  return exitCodes.done
}

function at(context: CommandContext, file: string): string {
  return resolve(context.globals.directory, file)
}
