import { z } from 'zod'
import type { CommandHandler } from '../command-context.ts'
import { bashCompletion } from '../completion/bash.ts'
import { completionModel } from '../completion/completion-model.ts'
import { fishCompletion } from '../completion/fish.ts'
import { zshCompletion } from '../completion/zsh.ts'
import { exitCodes } from '../exit-code.ts'
import { parseInput } from '../parse-input.ts'

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }

export const run: CommandHandler = async (context, input) => {
  const shell = z.enum(['bash', 'zsh', 'fish'])
  const { args } = parseInput(input, { args: z.tuple([shell]), options: z.object({}) })
  context.print(scripts[args[0]](completionModel(context.commands)))
  return exitCodes.done
}
