import type { CommandSpec } from './command-spec.ts'

/** Getting started and looking around. */
export const setupCommands = [
  {
    name: 'init',
    summary: 'detect the toolchain and write patchlane.config.json',
    details:
      'Looks at the files of the project, says which tools it found and writes a configuration. Never overwrites one.',
    examples: [
      ['patchlane init', 'write patchlane.config.json at the root of the repository, or in a folder without one'],
    ],
    load: () => import('../commands/init.ts'),
  },
  {
    name: 'doctor',
    summary: 'check that this machine and repository have what is needed',
    examples: [
      ['patchlane doctor', 'say what is missing and how to get it'],
      ['patchlane doctor --json', 'the same for a program; exit code 1 if something needed is missing'],
    ],
    load: () => import('../commands/doctor.ts'),
  },
  {
    name: 'status',
    summary: 'show the target, its queue, who holds it, runs and workspaces',
    examples: [['patchlane status', 'where everything stands']],
    load: () => import('../commands/status.ts'),
  },
  {
    name: 'log',
    summary: 'show events in order',
    options: [
      { flags: '-f, --follow', description: 'go on as events happen, until Ctrl-C' },
      {
        flags: '--stream <name>',
        description:
          "another stream than that of the target's patches: approval:<repository>:<target>, index:<repository>",
      },
      { flags: '--after <seq>', description: 'only events with a higher sequence number' },
      { flags: '-n, --limit <number>', description: 'at most so many' },
    ],
    examples: [
      ['patchlane log', 'what happened to the patches of the target'],
      ['patchlane log --follow --json', 'one JSON object a line, as it happens'],
      ['patchlane log --stream index:$(patchlane status --json | jq -r .repoId)', 'which commits were indexed'],
    ],
    load: () => import('../commands/log.ts'),
  },
  {
    name: 'completion',
    summary: 'print a completion script for a shell',
    arguments: [{ syntax: '<shell>', description: 'the shell', choices: ['bash', 'zsh', 'fish'] }],
    examples: [
      ['source <(patchlane completion bash)', 'complete in this bash; put the line in ~/.bashrc to keep it'],
      ['patchlane completion zsh > ~/.zfunc/_patchlane', 'for zsh, in a folder of $fpath'],
      ['patchlane completion fish > ~/.config/fish/completions/patchlane.fish', 'for fish'],
    ],
    load: () => import('../commands/completion.ts'),
  },
] as const satisfies readonly CommandSpec[]
