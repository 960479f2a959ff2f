import type { CompletionCommand } from './completion-model.ts'

/** A completion script for bash 4 and later. Static: completing starts no program. */
export function bashCompletion(model: readonly CompletionCommand[]): string {
  const cases = model.map((command) => {
    const words = [
      ...command.subcommands.map((sub) => sub.name),
      ...command.words,
      ...command.options.flatMap((option) => option.names),
    ]
    const values = command.options.filter((option) => option.takesValue)
    const lines = [
      `    '${command.path.join(' ')}')`,
      `      words='${words.join(' ')}'`,
      `      valued='${values.flatMap((option) => option.names).join(' ')}'`,
      `      files=${command.files ? 1 : 0}`,
    ]
    for (const { names, choices } of values.filter((option) => option.choices.length > 0))
      lines.push(`      case $prev in ${names.join('|')}) choices='${choices.join(' ')}' ;; esac`)
    return [...lines, '      ;;'].join('\n')
  })
  const paths = model.map((command) => `'${command.path.join(' ')}'`).join('|')
  return `# bash completion for patchlane; load it with: source <(patchlane completion bash)
_patchlane() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  local path='' word candidate words='' valued='' choices='' files=0 i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    [[ $word == -* ]] && continue
    candidate=\${path:+$path }$word
    case $candidate in
      ${paths}) path=$candidate ;;
    esac
  done
  case $path in
${cases.join('\n')}
  esac
  if [[ -n $choices ]]; then
    COMPREPLY=($(compgen -W "$choices" -- "$cur"))
  elif [[ " $valued " == *" $prev "* ]]; then
    COMPREPLY=($(compgen -f -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    if [[ $files == 1 && $cur != -* ]]; then COMPREPLY+=($(compgen -f -- "$cur")); fi
  fi
}
complete -o filenames -F _patchlane patchlane
`
}
