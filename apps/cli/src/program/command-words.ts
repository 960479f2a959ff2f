export interface ArgumentSpec {
  /** As commander writes it: `<patch>`, `[file]`, `<command...>`. */
  syntax: string
  description: string
  choices?: readonly string[]
}

export interface OptionSpec {
  /** As commander writes it: `-n, --limit <number>`. */
  flags: string
  description: string
  choices?: readonly string[]
  /** May be given several times; the values are collected. */
  repeats?: boolean
}

/** What a command is called and takes: all that help and completion need. */
export interface CommandWords {
  name: string
  summary: string
  arguments?: readonly ArgumentSpec[]
  options?: readonly OptionSpec[]
  commands?: readonly CommandWords[]
}
