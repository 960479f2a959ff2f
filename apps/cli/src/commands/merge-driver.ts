import { resolve } from 'node:path'
import { FileMerger, runMergeDriver } from '@patchlane/pipeline/merge'
import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { integer, parseInput } from '../parse-input.ts'
import { mergeOutput } from './merge-output.ts'

export const run: CommandHandler = async (context, input) => {
  const file = z.string().min(1)
  const args = z.tuple([file, file, file, file, integer(1, 1000).optional()])
  const [base, ours, theirs, path, markerSize] = parseInput(input, { args, options: z.object({}) }).args
  const at = (name: string) => resolve(context.globals.directory, name)
  const call = { base: at(base), ours: at(ours), theirs: at(theirs), path }
  // git commits what a driver answers without anybody looking: only what is sure.
  const merger = new FileMerger({ proposeFrom: 1 })
  try {
    const size = markerSize === undefined ? {} : { markerSize }
    return await runMergeDriver({ ...call, ...size }, merger, mergeOutput(context))
  } finally {
    await merger.close()
  }
}
