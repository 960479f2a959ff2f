import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { openOptions } from '../open-options.ts'
import { serveOutputSchema } from '../output/setup.ts'
import { integer, parseInput } from '../parse-input.ts'

export const run: CommandHandler = async (context, input) => {
  const options = z.object({
    port: integer(0, 65_535).default(4870),
    host: z.string().min(1).default('127.0.0.1'),
    gate: z.boolean().default(true),
  })
  const { port, host, gate } = parseInput(input, { args: z.tuple([]), options }).options
  context.interrupt.endsNormally = true
  const server = await context.services.serve({
    ...openOptions(context.globals),
    openPipeline: context.services.openPipeline,
    env: context.io.env,
    port,
    host,
    gate,
  })
  const made = server.generated ? server.tokens : []
  if (context.globals.json) context.emit(serveOutputSchema, { url: server.url, tokens: [...made] })
  else {
    context.print(`Listening on ${server.url}`)
    if (made.length > 0) context.print('Tokens for this start, shown once:')
    for (const { name, role, secret } of made) context.print(`  ${name} (${role}): ${secret}`)
    context.note('Ctrl-C ends it.')
  }
  if (!context.signal.aborted)
    await new Promise((resolve) => context.signal.addEventListener('abort', resolve, { once: true }))
  await server.close()
  return exitCodes.done
}
