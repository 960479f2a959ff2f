import type { CommandSpec } from '../src/program/command-spec.ts'
import { commandGroups } from '../src/program/commands.ts'
import { globalOptions } from '../src/program/global-options.ts'
import { sharedTypes, typeText } from './reference-types.ts'

/** Which form each command prints with `--json`. */
const outputs: Readonly<Record<string, string>> = {
  init: 'initOutputSchema',
  doctor: 'doctorOutputSchema',
  status: 'statusOutputSchema',
  log: 'eventOutputSchema',
  index: 'indexOutputSchema',
  context: 'contextOutputSchema',
  symbols: 'symbolsOutputSchema',
  refs: 'symbolsOutputSchema',
  map: 'mapOutputSchema',
  propose: 'patchOutputSchema',
  'queue list': 'queueListOutputSchema',
  'queue show': 'queueShowOutputSchema',
  'queue cancel': 'patchOutputSchema',
  'queue pause': 'queueStateOutputSchema',
  'queue resume': 'queueStateOutputSchema',
  gate: 'gateOutputSchema',
  approve: 'patchOutputSchema',
  reject: 'patchOutputSchema',
  undo: 'undoOutputSchema',
  run: 'runOutputSchema',
  agent: 'agentOutputSchema',
  test: 'testOutputSchema',
  'workspace list': 'workspaceListOutputSchema',
  'workspace gc': 'workspaceGcOutputSchema',
  'workspace rebase': 'workspaceRebaseOutputSchema',
  'workspace rescue': 'workspaceRescueOutputSchema',
  serve: 'serveOutputSchema',
}

/** What the form alone does not say. */
const remarks: Readonly<Record<string, string>> = {
  log: 'One object a line, also with `--follow`.',
  context: 'Files are best first. With `--files`: `{ files: string[] }`.',
  gate: 'With `--watch`, one object a line for each round.',
  approve: 'Without a patch: `{ approvals: Approval[] }`, the exit code is 4 if there are any, and nobody is asked.',
  undo: 'Without `--yes` it is a preview: `proposed` is empty and nothing is changed.',
  run: 'The last line. Before it, events, one a line, in the form below. A run that is interrupted ends without a result.',
  serve: 'Once, when it listens; `tokens` holds only tokens made for this start.',
}

/** docs/reference/cli.md, made from the commands themselves and the schemas of what they print. */
export function referenceText(): string {
  return `${[head(), ...commandGroups.map(groupText), formsText()].join('\n\n')}\n`
}

function head(): string {
  return `<!-- Made by apps/cli/scripts/write-reference.ts from the commands themselves; a test compares. -->
# The command line

\`patchlane [options] <command>\`. Every command has \`--help\` with examples. From a checkout:
\`npm run patchlane -- <command>\`.

## Options that every command takes

${table(
  ['option', 'what it does'],
  globalOptions.map(({ flags, description }) => [`\`${flags}\``, description]),
)}

They may stand before or after the command's name. \`agent\` takes the program to run after \`--\`; what follows is the
program's own.

## Exit codes

| code | meaning | error kinds | patch statuses |
| --- | --- | --- | --- |
| 0 | done | | \`landed\`; \`queued\`, \`staged\`, \`checking\` (still on the road) |
| 1 | failed | \`failed\`, \`environment\` | \`rejected\`, \`broken\`, \`superseded\`, \`withdrawn\`; a subtask that \`failed\` |
| 2 | wrong usage | \`usage\` | |
| 3 | conflict | \`conflict\` | \`conflicted\` |
| 4 | approval wanted | \`approval\` | \`awaiting_approval\` |
| 5 | stale | \`stale\` | \`stale\` |
| 130, 143 | ended by Ctrl-C (SIGINT) or SIGTERM | | |

Where a command speaks of several patches (\`run\`, \`gate --once\`, \`undo\`), the code is that of the gravest: 1, then 3, 5, 4, 0.
\`doctor\` ends with 1 if something needed is missing, \`test\` if a test fails, \`symbols\` and \`refs\` if the name is nowhere,
\`gate --once\` if another gateway holds the target. Commands that go on until Ctrl-C (\`gate --watch\`, \`log --follow\`,
\`serve\`) end with 0. \`merge-file\` and \`merge-driver\` end with the
number of conflicts, at most 127, and with 255 for every error.

## Output

The result goes to standard output. Progress, hints and questions go to standard error; bars and the live view of a run are
drawn only when that is a terminal, otherwise a run writes a plain line for each event. Control characters in titles, file
names, test output and everything else that comes from agents or repositories are taken out before they are printed.

Colours: \`--no-color\` before \`FORCE_COLOR\` (\`0\` is off) before \`NO_COLOR\`; else they are on when the stream is a terminal.

With \`--json\`, standard output holds JSON only, one object a line, in the forms given below. They are stable: members may be
added in a minor version, none is removed or changes its meaning before a major one. An error is printed in the same place:

\`\`\`ts
type Output = ${typeText('errorOutputSchema')}
\`\`\`

\`code\` is stable, \`message\` says what happened, \`remedy\` what to do, \`retryable\` whether the same call can succeed later.
\`--verbose\` adds the chain of causes on standard error. Times are milliseconds since 1970, UTC.

## Ctrl-C

The first one ends the command cleanly: agents are stopped, leases and workspaces given back. A run says how to go on:
\`patchlane run --resume RUN\`. The second one ends the process at once; the next start cleans up what that left.

## Environment

| variable | meaning |
| --- | --- |
| \`PATCHLANE_USER\` | who answers approvals, where \`--by\` does not say |
| \`PATCHLANE_TOKENS\` | tokens of \`serve\`: see [server.md](server.md) |
| \`DATABASE_URL\` | a Postgres database to use instead of SQLite in the repository's git directory |
| \`NO_COLOR\`, \`FORCE_COLOR\` | see above |`
}

function groupText({ title, commands }: { title: string; commands: readonly CommandSpec[] }): string {
  return [`## ${title.replace(/:$/, '')}`, ...commands.flatMap((spec) => commandTexts(spec, []))].join('\n\n')
}

function commandTexts(spec: CommandSpec, before: readonly string[]): string[] {
  const path = [...before, spec.name]
  const usage = ['patchlane', ...path, ...(spec.arguments ?? []).map((argument) => argument.syntax)].join(' ')
  const parts = [`### ${path.join(' ')}`, `\`${usage}\`: ${spec.summary}.`]
  if (spec.isDefault === true) parts.push(`\`patchlane ${before.join(' ')}\` alone means this.`)
  if (spec.details !== undefined) parts.push(spec.details)
  const rows = [
    ...(spec.arguments ?? []).map(({ syntax, description, choices }) => [syntax, withChoices(description, choices)]),
    ...(spec.options ?? []).map(({ flags, description, choices }) => [flags, withChoices(description, choices)]),
  ]
  if (rows.length > 0)
    parts.push(
      table(
        ['word', 'meaning'],
        rows.map(([word = '', meaning = '']) => [`\`${word}\``, meaning]),
      ),
    )
  parts.push(`\`\`\`sh\n${spec.examples.map(([line, effect]) => `${line}  # ${effect}`).join('\n')}\n\`\`\``)
  const form = outputs[path.join(' ')]
  if (form !== undefined)
    parts.push(
      `\`--json\`: ${remarks[path.join(' ')] ?? ''}`.trim(),
      `\`\`\`ts\ntype Output = ${typeText(form)}\n\`\`\``,
    )
  if (path.join(' ') === 'run')
    parts.push(`An event:`, `\`\`\`ts\ntype Event = ${typeText('runEventOutputSchema')}\n\`\`\``)
  return [parts.join('\n\n'), ...(spec.commands ?? []).flatMap((sub) => commandTexts(sub, path))]
}

function formsText(): string {
  const forms = sharedTypes().map(({ name, text }) => `type ${name} = ${text}`)
  return `## Forms\n\nThe package \`patchlane\` exports zod schemas of all that \`--json\` prints.\n\n\`\`\`ts\n${forms.join('\n\n')}\n\`\`\``
}

function withChoices(description: string, choices: readonly string[] | undefined): string {
  return choices === undefined ? description : `${description}: ${choices.map((choice) => `\`${choice}\``).join(', ')}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = (cell: string) => (cell.startsWith('`') ? cell : cell.replaceAll('<', '\\<')).replaceAll('|', '\\|')
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
