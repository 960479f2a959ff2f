import type { CommandSpec } from './command-spec.ts'

/** Agents, where they work, and the server. */
export const agentCommands = [
  {
    name: 'run',
    summary: 'let many agents work on a plan at once',
    details:
      'The plan is YAML or JSON; docs/guides/plan-file.md describes it. Ctrl-C ends the run so that it can be resumed. With --json, events come one object a line, the result last.',
    arguments: [{ syntax: '[plan]', description: 'the plan file; "-" reads standard input' }],
    options: [
      { flags: '--resume <run>', description: 'go on with a run that was interrupted or killed' },
      { flags: '-j, --concurrency <number>', description: 'agents at work at once' },
      { flags: '--attempts <number>', description: 'how often a subtask may propose' },
      { flags: '--wait', description: 'wait for answers to approvals instead of ending with patches parked' },
      { flags: '--result <file>', description: 'write the result to a file too, as JSON' },
    ],
    examples: [
      ['patchlane run plan.yaml', 'a live view on a terminal, plain lines elsewhere'],
      ['patchlane run plan.yaml -j 4 --json', 'events and result for a program'],
      ['patchlane run --resume 7c1d', 'go on where it ended'],
    ],
    load: () => import('../commands/run.ts'),
  },
  {
    name: 'agent',
    summary: 'run a program in a workspace of its own and propose what it changed',
    arguments: [{ syntax: '<command...>', description: 'the program and its arguments, after --' }],
    options: [
      { flags: '--title <text>', description: 'one line that says what it does' },
      { flags: '--base <rev>', description: "start from this revision (default: the target's head)" },
    ],
    examples: [
      ['patchlane agent -- npx codemod rename-api', 'run a codemod and propose its changes'],
      ['patchlane agent --title "Sort imports" -- python tools/sort.py', 'with a title'],
    ],
    load: () => import('../commands/agent.ts'),
  },
  {
    name: 'test',
    summary: 'run the tests that your uncommitted and unlanded changes affect',
    arguments: [{ syntax: '[paths...]', description: 'as if these files had changed' }],
    options: [{ flags: '--all', description: 'run all tests' }],
    examples: [
      ['patchlane test', 'what your changes affect'],
      ['patchlane test src/date.ts', 'what a change of this file would affect'],
      ['patchlane test --all', 'everything'],
    ],
    load: () => import('../commands/test.ts'),
  },
  {
    name: 'workspace',
    summary: 'look after the workspaces of agents',
    examples: [['patchlane workspace list', 'who holds which, its age and size']],
    commands: [
      {
        name: 'list',
        isDefault: true,
        summary: 'list workspaces',
        examples: [['patchlane workspace list --json', 'for a program']],
        load: () => import('../commands/workspace-list.ts'),
      },
      {
        name: 'gc',
        summary: 'remove workspaces nobody holds; unsaved work is kept under a rescue ref',
        options: [{ flags: '--all', description: 'also those kept warm for the next agent' }],
        examples: [['patchlane workspace gc', 'clean up']],
        load: () => import('../commands/workspace-gc.ts'),
      },
      {
        name: 'rebase',
        summary: 'move a workspace that an agent holds, with its work, onto the newest head',
        details:
          'Where the work and the new commit conflict, nothing is changed, the files are named, and the exit code is 3.',
        arguments: [{ syntax: '<id>', description: 'the id of a workspace' }],
        options: [{ flags: '--onto <revision>', description: 'another commit (default: the head of the target)' }],
        examples: [['patchlane workspace rebase ws-12', 'onto what has landed meanwhile']],
        load: () => import('../commands/workspace-rebase.ts'),
      },
      {
        name: 'rescue',
        summary: 'save the work in a workspace under a ref',
        arguments: [{ syntax: '<id>', description: 'the id of a workspace' }],
        examples: [['patchlane workspace rescue ws-12', 'then: git log -p <ref>']],
        load: () => import('../commands/workspace-rescue.ts'),
      },
    ],
  },
  {
    name: 'serve',
    summary: 'serve this repository over HTTP',
    details:
      'REST and server-sent events under bearer tokens; docs/reference/server.md describes them. Tokens come from PATCHLANE_TOKENS (name:role:secret, separated by commas); without it two are made and shown once. Lands patches too, unless --no-gate.',
    options: [
      { flags: '-p, --port <number>', description: 'the port; 0 takes any free one (default: 4870)' },
      { flags: '--host <address>', description: 'the address to listen on (default: 127.0.0.1)' },
      { flags: '--no-gate', description: 'do not land patches in this process' },
    ],
    examples: [
      ['patchlane serve', 'on this machine only'],
      ['PATCHLANE_TOKENS=ci:agent:… patchlane serve --host 0.0.0.0', 'for other machines; put TLS in front'],
    ],
    load: () => import('../commands/serve.ts'),
  },
] as const satisfies readonly CommandSpec[]
