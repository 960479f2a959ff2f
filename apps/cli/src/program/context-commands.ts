import type { CommandSpec } from './command-spec.ts'

/** What agents read. */
export const contextCommands = [
  {
    name: 'index',
    summary: "index the target's head, or another commit",
    options: [
      { flags: '--commit <rev>', description: 'a revision to index instead' },
      { flags: '--prune', description: 'then remove what no branch, no worktree and no recent commit holds' },
    ],
    examples: [
      ['patchlane index', 'index the head; a commit that was indexed before costs nothing'],
      ['patchlane index --commit v1.2.0 --json', 'the index version of a tag'],
      ['patchlane index --prune', 'index the head, and make the index smaller'],
    ],
    reading: true,
    load: () => import('../commands/index-commit.ts'),
  },
  {
    name: 'context',
    summary: 'rank the files a task needs and pack them into a token budget',
    arguments: [{ syntax: '<task>', description: 'the task in your words; a stack trace is welcome' }],
    options: [
      { flags: '--files', description: 'only the paths, one a line, best first' },
      {
        flags: '-n, --limit <number>',
        description:
          'at most so many files of code; their tests, documents and conventions come on top, but not with --files',
      },
      { flags: '-b, --budget <tokens>', description: 'at most so many tokens of text' },
      { flags: '--include-wip', description: 'see uncommitted work too; "overlay" in the JSON names that state' },
      { flags: '--commit <rev>', description: "as of this revision instead of the target's head" },
    ],
    examples: [
      ['patchlane context "retry when the upload times out"', 'the packed text, ready for a prompt'],
      ['patchlane context "fix the login redirect" --files -n 5', 'the five files to look at first'],
      ['patchlane context "rename User.mail" --json', 'stamp, files with score and reasons, text'],
    ],
    reading: true,
    load: () => import('../commands/context.ts'),
  },
  {
    name: 'symbols',
    summary: 'find where a name is defined',
    arguments: [{ syntax: '<name>', description: 'the name of a function, class, method, type …' }],
    options: [{ flags: '-n, --limit <number>', description: 'at most so many places (default: 200)' }],
    examples: [
      ['patchlane symbols parseConfig', 'where it is defined'],
      ['patchlane symbols Config.read', 'where that member of the type is defined'],
    ],
    reading: true,
    load: () => import('../commands/symbols.ts'),
  },
  {
    name: 'refs',
    summary: 'find where a name is used',
    arguments: [{ syntax: '<name>', description: 'the name of a function, class, method, type …' }],
    options: [{ flags: '-n, --limit <number>', description: 'at most so many places (default: 200)' }],
    examples: [
      ['patchlane refs parseConfig', 'who uses it'],
      ['patchlane refs parse --limit 1000', 'the same for a common name'],
    ],
    reading: true,
    load: () => import('../commands/refs.ts'),
  },
  {
    name: 'map',
    summary: 'print a map of the repository: its files and what they define, most central first',
    options: [{ flags: '-b, --budget <tokens>', description: 'at most so many tokens (default: 4000)' }],
    examples: [['patchlane map --budget 2000', 'an overview that fits a prompt']],
    reading: true,
    load: () => import('../commands/map.ts'),
  },
] as const satisfies readonly CommandSpec[]
