import { confirm, isCancel, select, text } from '@clack/prompts'
import type { Prompt } from './cli-io.ts'

/** Asks on the terminal; questions go to standard error, so that standard output stays clean. */
export function terminalPrompt(): Prompt {
  const output = process.stderr
  return {
    select: async (message, choices) => {
      const answer = await select({ message, output, options: choices.map(({ value, label }) => ({ value, label })) })
      return isCancel(answer) ? undefined : choices.find((choice) => choice.value === answer)?.value
    },
    confirm: async (message) => {
      const answer = await confirm({ message, output, initialValue: false })
      return isCancel(answer) ? undefined : answer
    },
    text: async (message) => {
      const answer = await text({ message, output })
      return isCancel(answer) ? undefined : answer
    },
  }
}
