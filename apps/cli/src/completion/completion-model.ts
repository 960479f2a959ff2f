import type { CommandWords, OptionSpec } from '../program/command-words.ts'
import { globalOptions } from '../program/global-options.ts'

export interface CompletionOption {
  /** `-n` and `--limit`. */
  names: string[]
  description: string
  takesValue: boolean
  choices: readonly string[]
}

export interface CompletionCommand {
  /** The words that lead to it: `queue list`; empty for the program itself. */
  path: string[]
  description: string
  subcommands: { name: string; description: string }[]
  options: CompletionOption[]
  /** Words that its arguments may be. */
  words: readonly string[]
  /** Whether its arguments may be files. */
  files: boolean
}

/** What can stand where on a command line: the same data that help is made from, flattened for the shells. */
export function completionModel(specs: readonly CommandWords[]): CompletionCommand[] {
  const shared = [...globalOptions.map(toOption), helpOption]
  const root: CompletionCommand = {
    path: [],
    description: 'patchlane',
    subcommands: specs.map(({ name, summary }) => ({ name, description: summary })),
    options: shared,
    words: [],
    files: false,
  }
  return [root, ...specs.flatMap((spec) => flatten(spec, [], shared))]
}

const helpOption: CompletionOption = { names: ['-h', '--help'], description: 'help', takesValue: false, choices: [] }

function flatten(spec: CommandWords, before: string[], shared: CompletionOption[]): CompletionCommand[] {
  const path = [...before, spec.name]
  const commands = spec.commands ?? []
  const itself: CompletionCommand = {
    path,
    description: spec.summary,
    subcommands: commands.map(({ name, summary }) => ({ name, description: summary })),
    options: [...(spec.options ?? []).map(toOption), ...shared],
    words: (spec.arguments ?? []).flatMap((argument) => argument.choices ?? []),
    files: (spec.arguments ?? []).some(({ syntax }) =>
      /^[<[](?:file|plan|paths|command|base|ours|theirs|path)/.test(syntax),
    ),
  }
  return [itself, ...commands.flatMap((sub) => flatten(sub, path, shared))]
}

function toOption({ flags, description, choices }: OptionSpec): CompletionOption {
  return {
    names: flags.match(/(?<![\w-])--?[\w-]+/g) ?? [],
    description,
    takesValue: flags.includes('<'),
    choices: choices ?? [],
  }
}
