import { confirm, isCancel, select } from '@clack/prompts'
import type { Prompt } from './cli-io.ts'

/** Asks on the terminal; questions go to standard error, so that standard output stays clean. */
export function terminalPrompt(): Prompt {
  const output = process.stderr
  return {
    select: async (message, choices) => {
      // By number: a type parameter does not fit the library's conditional type of an option.
      const options = choices.map(({ label }, value) => ({ value, label }))
      const answer = await select<number>({ message, output, options })
      return isCancel(answer) ? undefined : choices[answer]?.value
    },
    confirm: async (message) => {
      const answer = await confirm({ message, output, initialValue: false })
      return isCancel(answer) ? undefined : answer
    },
  }
}
