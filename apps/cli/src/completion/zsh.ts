import type { CompletionCommand, CompletionOption } from './completion-model.ts'

/** A completion script for zsh. Static: completing starts no program. */
export function zshCompletion(model: readonly CompletionCommand[]): string {
  return `#compdef patchlane
# zsh completion for patchlane; put it as _patchlane in a folder of $fpath
${model.map(functionOf).join('\n')}
if [[ $funcstack[1] == _patchlane ]]; then _patchlane "$@"; else compdef _patchlane patchlane; fi
`
}

function functionOf(command: CompletionCommand): string {
  const name = functionName(command.path)
  const options = command.options.flatMap(optionSpecs).map((spec) => `    ${spec} \\`)
  if (command.subcommands.length === 0) {
    const rest =
      command.words.length > 0
        ? `'*:argument:(${command.words.join(' ')})'`
        : command.files
          ? `'*:file:_files'`
          : `'*::'`
    return `${name}() {\n  _arguments -s \\\n${options.join('\n')}\n    ${rest}\n}`
  }
  const described = command.subcommands.map((sub) => `    '${quote(sub.name)}:${quote(sub.description)}'`)
  const calls = command.subcommands.map((sub) => `        ${sub.name}) ${functionName([...command.path, sub.name])} ;;`)
  return `${name}() {
  local line state
  _arguments -s -C \\
${options.join('\n')}
    '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
${described.join('\n')}
      )
      _describe command commands ;;
    argument)
      case $line[1] in
${calls.join('\n')}
      esac ;;
  esac
}`
}

function optionSpecs(option: CompletionOption): string[] {
  const value = option.choices.length > 0 ? `:value:(${option.choices.join(' ')})` : ':value:_files'
  const description = quote(option.description).replace(/[[\]]/g, '\\$&')
  return option.names.map((name) => `'${name}[${description}]${option.takesValue ? value : ''}'`)
}

function functionName(path: readonly string[]): string {
  return ['_patchlane', ...path].join('_').replaceAll('-', '_')
}

function quote(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(':', '\\:')
}
