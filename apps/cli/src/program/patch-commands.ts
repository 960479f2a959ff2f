import type { CommandSpec } from './command-spec.ts'

/** The formats a patch may come in, in the words of `@patchlane/patch-queue/formats`. */
export const patchFormatChoices = ['auto', 'unified', 'search-replace', 'begin-patch', 'json', 'whole'] as const

const patchArgument = {
  syntax: '<patch>',
  description: 'the id of a patch, an unambiguous beginning of it, or its number in the queue',
} as const
const yes = { flags: '-y, --yes', description: 'answer yes without being asked' } as const
const by = {
  flags: '--by <name>',
  description: 'who answers (default: PATCHLANE_USER, else the name you are logged in with)',
} as const

/** The road of a patch, from proposal to landing and back out. */
export const patchCommands = [
  {
    name: 'propose',
    summary: 'put a patch in the queue',
    details:
      'Formats: unified (git and plain diffs), search-replace blocks, begin-patch ("*** Begin Patch"), json (edits), whole (files in full). Without --format it is recognised. Nothing is written to the target: a gate lands the patch.',
    arguments: [{ syntax: '[file]', description: 'a file with the patch; "-" or nothing reads standard input' }],
    options: [
      { flags: '--format <name>', description: 'how the patch is written', choices: patchFormatChoices },
      { flags: '--path <file>', description: 'with --format whole: the file that the input is the content of' },
      { flags: '--base <rev>', description: "the revision it was made against (default: the target's head)" },
      { flags: '--title <text>', description: 'one line that says what it does' },
      { flags: '--description <text>', description: 'more about what it does and why' },
      { flags: '--agent <name>', description: 'who made it' },
      { flags: '--priority <number>', description: 'higher goes first, -1000 to 1000 (default: 0)' },
      { flags: '--depends-on <patch>', description: 'land only after this one; may be repeated', repeats: true },
      { flags: '--supersedes <patch>', description: 'takes the place of this one' },
      { flags: '--key <text>', description: 'proposing twice with one key is proposing once' },
    ],
    examples: [
      ['git diff | patchlane propose --title "Fix the date parser"', 'propose what you have changed'],
      ['patchlane propose fix.patch --base HEAD~3 --json', 'a patch made against an older commit'],
      ['patchlane propose b.patch --depends-on 3f2a9c1e', 'land it after another one'],
    ],
    load: () => import('../commands/propose.ts'),
  },
  {
    name: 'queue',
    summary: 'look at the queue and change it',
    examples: [
      ['patchlane queue', 'what waits and what became of the latest patches'],
      ['patchlane queue show 3f2a9c1e', 'everything about one patch'],
    ],
    commands: [
      {
        name: 'list',
        isDefault: true,
        summary: 'list patches in the order of the queue',
        options: [
          { flags: '--status <list>', description: 'only these statuses, separated by commas' },
          { flags: '--run <id>', description: 'only the patches of a run' },
          { flags: '-n, --limit <number>', description: 'the latest so many (default: 100)' },
          { flags: '--after <seq>', description: 'the first with a higher number instead: for going through all' },
        ],
        examples: [
          ['patchlane queue list --status queued,checking', 'what is on the road'],
          ['patchlane queue list --json', 'the same for a program'],
        ],
        load: () => import('../commands/queue-list.ts'),
      },
      {
        name: 'show',
        summary: 'show a patch: its verdict, checks, conflicts and diff',
        arguments: [patchArgument],
        options: [{ flags: '--no-diff', description: 'without the diff' }],
        examples: [['patchlane queue show 3f2a9c1e', 'why it did not land, and what would make it land']],
        load: () => import('../commands/queue-show.ts'),
      },
      {
        name: 'cancel',
        summary: 'take back a patch that has not landed',
        arguments: [patchArgument],
        options: [{ flags: '--reason <text>', description: 'why (default: "Withdrawn by hand.")' }],
        examples: [['patchlane queue cancel 3f2a9c1e --reason "done by hand"', 'it leaves the queue']],
        load: () => import('../commands/queue-cancel.ts'),
      },
      {
        name: 'pause',
        summary: 'stop landing; proposing goes on',
        examples: [['patchlane queue pause', 'nothing lands until resume']],
        load: () => import('../commands/queue-pause.ts'),
      },
      {
        name: 'resume',
        summary: 'land again',
        examples: [['patchlane queue resume', 'end a pause']],
        load: () => import('../commands/queue-resume.ts'),
      },
    ],
  },
  {
    name: 'gate',
    summary: 'land what is ready: merge, check, ask, land',
    details:
      'The exit code of --once speaks of what was settled: 0 if everything landed, else see "Exit codes" in docs/reference/cli.md.',
    options: [
      { flags: '--once', description: 'land what is ready, then end (the default)' },
      { flags: '--watch', description: 'go on until Ctrl-C' },
    ],
    examples: [
      ['patchlane gate --once', 'land what waits'],
      ['patchlane gate --watch', 'stay and land whatever comes'],
    ],
    load: () => import('../commands/gate.ts'),
  },
  {
    name: 'approve',
    summary: 'look at a patch that waits for a person, and answer',
    details:
      'Shows diff, risk and reasons, then asks. The answer holds for exactly what was shown. Without PATCH, goes through all that wait.',
    arguments: [{ ...patchArgument, syntax: '[patch]' }],
    options: [yes, by, { flags: '--note <text>', description: 'a word to go with the answer' }],
    examples: [
      ['patchlane approve', 'go through what waits'],
      ['patchlane approve 3f2a9c1e --yes --note "seen"', 'approve without being asked'],
      ['patchlane approve --json', 'list what waits; exit code 4 if anything does'],
    ],
    load: () => import('../commands/approve.ts'),
  },
  {
    name: 'reject',
    summary: 'refuse a patch that waits for a person',
    arguments: [patchArgument],
    options: [by, { flags: '--note <text>', description: 'why; the agent that proposed it reads this' }],
    examples: [['patchlane reject 3f2a9c1e --note "keep the old name"', 'it does not land']],
    load: () => import('../commands/reject.ts'),
  },
  {
    name: 'undo',
    summary: 'take a landed patch, or all of a run, out again',
    details: 'Shows what would change, asks, then sends the undo down the road that every patch takes.',
    arguments: [{ ...patchArgument, syntax: '[patch]' }],
    options: [{ flags: '--run <id>', description: 'undo all that landed in a run' }, yes],
    examples: [
      ['patchlane undo 3f2a9c1e', 'preview, ask, undo'],
      ['patchlane undo --run 7c1d --yes', 'a whole run, without being asked'],
    ],
    load: () => import('../commands/undo.ts'),
  },
  {
    name: 'merge-file',
    summary: 'merge three files as git merge-file does, and what git cannot',
    details:
      "The merge goes into the file OURS, or to standard output with -p. What git merges is git's bytes; what git cannot is tried on the syntax tree; what is left has git's own markers. Needs no repository. Ends with the number of conflicts, at most 127, or with 255 if it could not be tried. With --batch, reads JSON lines {id, path, base, ours, theirs} and writes {id, clean, merged, strategy}.",
    errorCode: 255,
    arguments: [
      { syntax: '[base]', description: 'the file both sides began with' },
      { syntax: '[ours]', description: 'our side' },
      { syntax: '[theirs]', description: 'their side' },
    ],
    options: [
      { flags: '-p, --stdout', description: 'print the merge instead of writing it into OURS' },
      {
        flags: '-L, --label <name>',
        description: 'a name for the markers; up to three: ours, base, theirs',
        repeats: true,
      },
      { flags: '--path <path>', description: 'what to call the file, where OURS does not tell the language' },
      { flags: '--diff3', description: 'markers show the base too' },
      { flags: '--zdiff3', description: 'the same, with common lines moved out of the conflict' },
      { flags: '--ours', description: 'resolve conflicts to our side' },
      { flags: '--theirs', description: 'resolve conflicts to their side' },
      { flags: '--union', description: 'resolve conflicts by taking both sides' },
      { flags: '--marker-size <number>', description: 'the length of conflict markers (default: 7)' },
      { flags: '-q, --quiet', description: 'no warning of conflicts' },
      { flags: '--batch', description: 'merge JSON lines from standard input' },
    ],
    examples: [
      ['patchlane merge-file base.ts ours.ts theirs.ts', 'merge into ours.ts'],
      ['patchlane merge-file -p --diff3 base.ts ours.ts theirs.ts', 'print the merge'],
      ['patchlane merge-file --batch < cases.jsonl', 'many merges in one process'],
    ],
    load: () => import('../commands/merge-file.ts'),
  },
  {
    name: 'merge-driver',
    summary: 'serve as a git merge driver',
    errorCode: 255,
    arguments: [
      { syntax: '<base>', description: '%O' },
      { syntax: '<ours>', description: '%A, which takes the result' },
      { syntax: '<theirs>', description: '%B' },
      { syntax: '<path>', description: '%P' },
      { syntax: '[marker-size]', description: '%L' },
    ],
    examples: [
      [
        "git config merge.patchlane.driver 'patchlane merge-driver %O %A %B %P %L'",
        'let git call it; then set merge=patchlane in .gitattributes',
      ],
    ],
    load: () => import('../commands/merge-driver.ts'),
  },
] as const satisfies readonly CommandSpec[]
