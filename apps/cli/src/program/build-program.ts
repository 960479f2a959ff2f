import { Argument, Command, Option } from 'commander'
import type { ExitCode } from '../exit-code.ts'
import type { CommandSpec } from './command-spec.ts'
import { commandGroups } from './commands.ts'
import { globalOptions } from './global-options.ts'

/** The words of a command line after they were parsed. */
export interface ParsedCommand {
  spec: CommandSpec
  args: readonly unknown[]
  options: Record<string, unknown>
}

export interface ProgramHooks {
  version: string
  stdout(text: string): void
  columns: number
  dispatch(parsed: ParsedCommand): Promise<ExitCode>
}

/** Commander's program for all commands. Prints help to `stdout`; errors are thrown as CommanderError and printed by nobody here. */
export function buildProgram(hooks: ProgramHooks): Command {
  const program = new Command('patchlane')
  configure(program, hooks)
  program
    .description('Let many agents change one repository at once, safely.')
    .version(hooks.version, '-V, --version', 'print the version')
    .helpCommand(false)
    .addHelpText('after', '\nMore about a command: patchlane <command> --help\n')
  for (const { flags, description } of globalOptions) program.option(flags, description)
  for (const group of commandGroups) {
    for (const spec of group.commands) {
      const command = buildCommand(spec, hooks)
      command.helpGroup(group.title)
      program.addCommand(command)
    }
  }
  return program
}

function buildCommand(spec: CommandSpec, hooks: ProgramHooks): Command {
  const command = new Command(spec.name)
  configure(command, hooks)
  command.summary(spec.summary).description(descriptionOf(spec)).helpCommand(false)
  for (const { syntax, description, choices } of spec.arguments ?? []) {
    const argument = new Argument(syntax, description)
    command.addArgument(choices === undefined ? argument : argument.choices(choices))
  }
  for (const option of spec.options ?? []) {
    const made = new Option(option.flags, option.description)
    if (option.choices !== undefined) made.choices(option.choices)
    if (option.repeats === true)
      made.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value])
    command.addOption(made)
  }
  command.addHelpText('after', examplesOf(spec))
  for (const sub of spec.commands ?? [])
    command.addCommand(buildCommand(sub, hooks), sub.isDefault === true ? { isDefault: true } : {})
  if (spec.load !== undefined)
    command.action(async () => {
      await hooks.dispatch({
        spec,
        args: command.processedArgs,
        options: command.optsWithGlobals(),
      })
    })
  return command
}

function configure(command: Command, hooks: ProgramHooks): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: hooks.stdout,
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => Math.max(40, hooks.columns),
      getOutHasColors: () => false,
    })
}

function descriptionOf(spec: CommandSpec): string {
  const summary = `${spec.summary.charAt(0).toUpperCase()}${spec.summary.slice(1)}.`
  return spec.details === undefined ? summary : `${summary}\n\n${spec.details}`
}

function examplesOf(spec: CommandSpec): string {
  const lines = spec.examples.map(([line, effect]) => `  ${line}\n      ${effect}`)
  return `\nExamples:\n${lines.join('\n')}\n`
}
