import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { contextFilesOutputSchema, contextOutputSchema } from '../output/context.ts'
import { integer, parseInput } from '../parse-input.ts'
import { isPlain, renderTable } from '../text/plain-table.ts'
import { manyLines, oneLine } from '../text/sanitize.ts'
import { shortCommit } from '../text/short-id.ts'

const options = z.object({
  files: z.boolean().default(false),
  limit: integer(1, 1000).optional(),
  budget: integer(100, 10_000_000).optional(),
  includeWip: z.boolean().default(false),
  commit: z.string().optional(),
})

export const run: CommandHandler = async (context, input) => {
  const task = z.string().refine((text) => text.trim() !== '', 'says nothing')
  const parsed = parseInput(input, { args: z.tuple([task]), options })
  const { files, limit, budget, includeWip, commit } = parsed.options
  const pipeline = await context.pipeline()
  const bundle = await pipeline.context({
    task: parsed.args[0],
    includeWip,
    signal: context.signal,
    ...(limit === undefined ? {} : { limit }),
    ...(budget === undefined ? {} : { budgetTokens: budget }),
    ...(commit === undefined ? {} : { commit }),
  })
  for (const note of bundle.notes) context.note(oneLine(note))
  if (files) {
    const paths = bundle.files.map((file) => file.path).slice(0, limit)
    if (context.globals.json) context.emit(contextFilesOutputSchema, { files: paths })
    else if (paths.length > 0) context.print(paths.map(oneLine).join('\n'))
    return exitCodes.done
  }
  if (context.globals.json) {
    context.emit(contextOutputSchema, bundle)
    return exitCodes.done
  }
  const rows = bundle.files.map((file) => [
    oneLine(file.path),
    file.role,
    file.score.toFixed(2),
    file.level,
    String(file.tokens),
    oneLine(file.why.join('; ')),
  ])
  const render = rows.flat().every(isPlain) ? renderTable : (await import('../text/table.ts')).renderTable
  const table = render(
    [
      { title: 'file', yields: 2, min: 16 },
      { title: 'role' },
      { title: 'score', align: 'right' },
      { title: 'level' },
      { title: 'tokens', align: 'right' },
      { title: 'why', yields: 1, min: 10 },
    ],
    rows,
    { width: context.io.stderr.columns, header: context.noteStyle.dim },
  )
  for (const line of table) context.note(line)
  context.note(`${bundle.tokens} tokens, as of ${shortCommit(bundle.stamp.commit)}`)
  context.print(manyLines(bundle.text))
  return exitCodes.done
}
