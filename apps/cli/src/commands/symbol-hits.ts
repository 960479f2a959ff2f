import type { Pipeline, SymbolHit } from '@patchlane/pipeline'
import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { symbolsOutputSchema } from '../output/context.ts'
import { integer, parseInput } from '../parse-input.ts'
import { oneLine } from '../text/sanitize.ts'

const DEFAULT_LIMIT = 200

/** A command that looks a name up and prints where it is; exit code 1 if it is nowhere, as grep does. */
export function printHits(
  find: (pipeline: Pipeline, name: string) => Promise<SymbolHit[]>,
  nothing: string,
): CommandHandler {
  return async (context, input) => {
    const parsed = parseInput(input, {
      args: z.tuple([z.string().min(1, 'is empty')]),
      options: z.object({ limit: integer(1, 1_000_000).default(DEFAULT_LIMIT) }),
    })
    const [name] = parsed.args
    const all = await find(await context.pipeline(), name)
    const hits = all.slice(0, parsed.options.limit)
    if (context.globals.json) context.emit(symbolsOutputSchema, { name, hits, total: all.length })
    else if (hits.length === 0) context.note(`${oneLine(name)} ${nothing}.`)
    else
      for (const hit of hits)
        context.print(`${oneLine(hit.path)}:${hit.line}: ${context.style.dim(oneLine(hit.kind))} ${oneLine(hit.name)}`)
    if (hits.length < all.length) context.note(`${hits.length} of ${all.length} places; --limit shows more.`)
    return hits.length === 0 ? exitCodes.failed : exitCodes.done
  }
}
