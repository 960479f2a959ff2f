import type { CompletionCommand } from './completion-model.ts'

/** A completion script for fish. Static: completing starts no program. */
export function fishCompletion(model: readonly CompletionCommand[]): string {
  const lines = ['# fish completion for patchlane', 'complete -c patchlane -f']
  for (const command of model) {
    const condition = conditionOf(command, model)
    for (const { name, description } of command.subcommands)
      lines.push(`complete -c patchlane -n '${condition}' -a ${name} -d '${quote(description)}'`)
    if (command.words.length > 0) lines.push(`complete -c patchlane -n '${condition}' -a '${command.words.join(' ')}'`)
    if (command.files) lines.push(`complete -c patchlane -n '${condition}' -F`)
    for (const option of command.options) {
      const names = option.names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
      const choices = option.choices.length > 0 ? ` -xa '${option.choices.join(' ')}'` : option.takesValue ? ' -r' : ''
      lines.push(
        `complete -c patchlane -n '${condition}' ${names.join(' ')}${choices} -d '${quote(option.description)}'`,
      )
    }
  }
  return `${lines.join('\n')}\n`
}

/** Where the command's own words belong: behind its name, and not yet behind a subcommand's. */
function conditionOf(command: CompletionCommand, model: readonly CompletionCommand[]): string {
  if (command.path.length === 0) {
    const names = model.filter((one) => one.path.length === 1).map((one) => one.path[0])
    return `not __fish_seen_subcommand_from ${names.join(' ')}`
  }
  const seen = command.path.map((word) => `__fish_seen_subcommand_from ${word}`)
  const subcommands = command.subcommands.map((sub) => sub.name)
  if (subcommands.length > 0) seen.push(`not __fish_seen_subcommand_from ${subcommands.join(' ')}`)
  return seen.join('; and ')
}

function quote(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
}
