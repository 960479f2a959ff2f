import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { ProgressBar } from '../live/progress-bar.ts'
import { indexOutputSchema } from '../output/context.ts'
import { parseInput } from '../parse-input.ts'
import { formatDuration } from '../text/duration.ts'
import { shortCommit } from '../text/short-id.ts'

const optionsSchema = z.object({ commit: z.string().optional(), prune: z.boolean().default(false) })

export const run: CommandHandler = async (context, input) => {
  const { options } = parseInput(input, { args: z.tuple([]), options: optionsSchema })
  const pipeline = await context.pipeline()
  const bar = new ProgressBar(context.io.stderr, 'indexing', context.io.now)
  const summary = await pipeline
    .index({
      signal: context.signal,
      prune: options.prune,
      onProgress: ({ done, total }) => bar.update(done, total),
      ...(options.commit === undefined ? {} : { commit: options.commit }),
    })
    .finally(() => bar.end())
  if (context.globals.json) context.emit(indexOutputSchema, summary)
  else {
    const version = summary.stamp.indexVersion
    const how = summary.fresh ? `indexed in ${formatDuration(summary.durationMs)}` : 'was indexed before'
    context.print(
      `${shortCommit(summary.stamp.commit)}: ${summary.fileCount} files, ${how}; index version ${summary.versionId} (${version === null ? 'none' : shortCommit(version)}) by ${summary.indexer}`,
    )
    if (summary.pruned !== undefined) {
      const { documents, bytes } = summary.pruned
      context.print(`pruned: ${documents} files nobody asks about, ${(bytes / 1e6).toFixed(1)} MB`)
    }
  }
  return exitCodes.done
}
