import { resolve } from 'node:path'
import type { Pipeline } from '@patchlane/pipeline'
import { CommanderError } from 'commander'
import type { CommandContext } from './command-context.ts'
import { type ExitCode, exitCodes } from './exit-code.ts'
import { Interrupt } from './interrupt.ts'
import type { CliIo } from './io/cli-io.ts'
import { openOptions } from './open-options.ts'
import { buildProgram, type ParsedCommand } from './program/build-program.ts'
import type { CommandSpec } from './program/command-spec.ts'
import { commandGroups } from './program/commands.ts'
import type { GlobalOptions } from './program/global-options.ts'
import type { CliServices } from './services.ts'
import { oneLine, safeJson } from './text/sanitize.ts'
import { createStyle, type Style, wantsColor } from './text/style.ts'

const allCommands: readonly CommandSpec[] = commandGroups.flatMap((group) => group.commands)

/** Runs one command line; the result is the exit code. Never throws, never ends the process except on a second Ctrl-C. */
export async function runCli(words: readonly string[], host: { io: CliIo; services: CliServices }): Promise<ExitCode> {
  const { io, services } = host
  let exitCode: ExitCode = exitCodes.done
  const program = buildProgram({
    version: services.version,
    stdout: (text) => io.stdout.write(text),
    columns: Math.min(io.stdout.isTerminal ? 120 : 80, io.stdout.columns),
    dispatch: async (parsed) => {
      exitCode = await runCommand(parsed, host)
      return exitCode
    },
  })
  try {
    await program.parseAsync([...words], { from: 'user' })
    return exitCode
  } catch (error) {
    // No command at all: commander would print its help as an error.
    if (error instanceof CommanderError && error.code === 'commander.help') {
      program.outputHelp()
      return exitCodes.done
    }
    const style = createStyle(
      wantsColor({ flag: !words.includes('--no-color'), env: io.env, isTerminal: io.stderr.isTerminal }),
    )
    const end = words.indexOf('--')
    const json = words.slice(0, end === -1 ? undefined : end).includes('--json')
    return reportParseError(error, { io, json, style, words })
  }
}

interface ParseErrorOptions {
  io: CliIo
  json: boolean
  style: Style
  words: readonly string[]
}

/** Commander's complaints in our form; what it throws after printing help or the version is no complaint. */
async function reportParseError(error: unknown, options: ParseErrorOptions): Promise<ExitCode> {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done
  const [{ reportError }, { UsageError }] = await Promise.all([import('./report-error.ts'), import('./errors.ts')])
  if (!(error instanceof CommanderError)) return reportError(error, { ...options, verbose: true })
  const [what = '', hint] = error.message.replace(/^error: /, '').split('\n')
  // Global options may stand before the command; a file behind it may be called like another one.
  const command = options.words.find((word) => allCommands.some((spec) => spec.name === word))
  const errorCode = allCommands.find((spec) => spec.name === command)?.errorCode
  const suggestion = /^\((.*)\)$/.exec(hint ?? '')?.[1] ?? subcommandsFor(options.words)
  const usage = new UsageError(`${what.charAt(0).toUpperCase()}${what.slice(1).replace(/\.$/, '')}.`, {
    remedy: suggestion ?? 'See "patchlane --help", or --help after the command.',
  })
  const code = reportError(usage, { ...options, verbose: false })
  return errorCode ?? code
}

/** A word that is no subcommand reaches the default one as an argument too many: say which subcommands there are. */
function subcommandsFor(words: readonly string[]): string | undefined {
  const group = allCommands.find((spec) => spec.commands !== undefined && words.includes(spec.name))
  const names = group?.commands?.map((spec) => spec.name)
  if (names === undefined || names.some((name) => words.includes(name))) return undefined
  return `"patchlane ${group?.name}" knows ${names.join(', ')}.`
}

async function runCommand(parsed: ParsedCommand, host: { io: CliIo; services: CliServices }): Promise<ExitCode> {
  const { io, services } = host
  const globals = globalsOf(parsed.options, io)
  const style = createStyle(wantsColor({ flag: globals.color, env: io.env, isTerminal: io.stdout.isTerminal }))
  const noteStyle = createStyle(wantsColor({ flag: globals.color, env: io.env, isTerminal: io.stderr.isTerminal }))
  const interrupt = new Interrupt(io)
  let opened: Promise<Pipeline> | undefined
  const context: CommandContext = {
    io,
    services,
    globals,
    commands: allCommands,
    interrupt,
    signal: interrupt.signal,
    style,
    noteStyle,
    pipeline: () => {
      const reading = parsed.spec.reading === true ? { reading: true } : {}
      opened ??= services.openPipeline({ ...openOptions(globals), ...reading })
      return opened
    },
    print: (text) => io.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    note: (text) => {
      if (!globals.json) io.stderr.write(`${text}\n`)
    },
    emit: (schema, value) => io.stdout.write(`${safeJson(schema.parse(value))}\n`),
  }
  try {
    const handler = await parsed.spec.load?.()
    const code = (await handler?.run(context, parsed)) ?? exitCodes.failed
    return interrupt.exitCode ?? code
  } catch (error) {
    const { reportError } = await import('./report-error.ts')
    if (interrupt.exitCode !== undefined) {
      if (globals.verbose) reportError(error, { io, json: false, verbose: true, style: noteStyle })
      return interrupt.exitCode
    }
    const code = reportError(error, { io, json: globals.json, verbose: globals.verbose, style: noteStyle })
    return parsed.spec.errorCode ?? code
  } finally {
    const pipeline = await opened?.catch(() => undefined)
    await pipeline?.close().catch((error: unknown) => {
      io.stderr.write(`${noteStyle.warn('warning:')} closing failed: ${oneLine(String(error))}\n`)
    })
    interrupt.dispose()
  }
}

function globalsOf(options: Record<string, unknown>, io: CliIo): GlobalOptions {
  const text = (name: string) => {
    const value = options[name]
    return typeof value === 'string' ? value : undefined
  }
  const directory = resolve(io.cwd, text('directory') ?? '.')
  const target = text('target')
  const config = text('config')
  return {
    directory,
    ...(target === undefined ? {} : { target }),
    ...(config === undefined ? {} : { config: resolve(io.cwd, config) }),
    json: options.json === true,
    color: options.color !== false,
    verbose: options.verbose === true,
  }
}
