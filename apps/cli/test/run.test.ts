import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { RunEvent } from '@patchlane/pipeline'
import { expect, it } from 'vitest'
import { HEAD, LANDED } from '../../server/test/fake-pipeline.ts'
import { runEventOutputSchema, runOutputSchema } from '../src/output/index.ts'
import { Cli } from './cli-fixture.ts'

const ID = '3f2a9c1e-0000-5000-8000-000000000000'
const base = { runId: 'run-1', at: 1_760_000_000_000 }
const about = { ...base, subtask: 'rename', agent: 'codemod' }
const events: RunEvent[] = [
  { ...base, type: 'run.started', data: { target: 'refs/heads/main', base: HEAD, resumed: false } },
  {
    ...base,
    type: 'run.planned',
    message: 'Tidy up',
    data: {
      subtasks: [
        { id: 'rename', title: 'Rename it', agent: 'codemod', dependsOn: [] },
        { id: 'docs', title: 'Document it', agent: 'writer', dependsOn: ['rename'] },
      ],
    },
  },
  { ...about, type: 'agent.started', data: { attempt: 1, base: HEAD, workspace: '/w' } },
  { ...about, type: 'agent.output', message: 'edits \u001b[31mfile.ts\u0007', data: { stream: 'stdout' } },
  { ...about, type: 'patch.proposed', patchId: ID, status: 'queued', data: { attempt: 1 } },
  { ...about, type: 'patch.moved', patchId: ID, status: 'checking' },
]

function cliWithRun(): Cli {
  const cli = new Cli()
  cli.io.stdin = 'subtasks: []'
  cli.pipeline.runEvents = events
  cli.pipeline.runResult = {
    patches: [
      {
        patchId: ID,
        subtask: 'rename',
        agent: 'codemod',
        status: 'landed',
        reason: '',
        attempts: 2,
        landedCommit: LANDED,
      },
      {
        patchId: null,
        subtask: 'docs',
        agent: 'writer',
        status: 'failed',
        reason: 'It changed nothing.',
        attempts: 1,
        landedCommit: null,
      },
    ],
  }
  return cli
}

it('writes events one a line and the result last, in exactly the documented form', async () => {
  const cli = cliWithRun()
  expect(await cli.run('run', '-', '--json', '-j', '4', '--attempts', '2', '--wait')).toBe(1)
  expect(cli.err).toBe('')
  const lines = cli.out
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(lines.slice(0, -1).map((line) => runEventOutputSchema.parse(line))).toEqual(events)
  const result = lines.at(-1)
  expect(runOutputSchema.parse(result)).toEqual(result)
  expect(Object.keys(Object(result))).toEqual(['runId', 'target', 'base', 'head', 'patches', 'durationMs', 'cost'])
  expect(Object.keys(runOutputSchema.parse(result).patches[0] ?? {})).toEqual([
    'patchId',
    'subtask',
    'agent',
    'status',
    'reason',
    'attempts',
    'landedCommit',
  ])
  expect(cli.pipeline.lastCall('run')).toMatchObject({
    plan: 'subtasks: []',
    concurrency: 4,
    attempts: 2,
    waitForApproval: true,
  })
})

it('says in full why a patch did not land, also where the table has no room', async () => {
  const cli = cliWithRun()
  cli.io.stdout.columns = 60
  await cli.run('run', '-')
  expect(cli.out).toContain('\ndocs: It changed nothing.\n')
  cli.io.stdout.columns = 200
  await cli.run('run', '-')
  expect(cli.out).not.toContain('\ndocs: ')
})

it('writes the result to a file on request', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'patchlane-run-'))
  try {
    const cli = cliWithRun()
    cli.io.cwd = folder
    await cli.run('run', '-', '--result', 'result.json')
    const written: unknown = JSON.parse(await readFile(join(folder, 'result.json'), 'utf8'))
    expect(runOutputSchema.parse(written)).toMatchObject({ runId: 'run-1', patches: [{ subtask: 'rename' }, {}] })
  } finally {
    await rm(folder, { recursive: true })
  }
})

it('writes plain lines where there is no terminal, and the table at the end', async () => {
  const cli = cliWithRun()
  expect(await cli.run('run', '-')).toBe(1)
  expect(cli.err.split('\n')).toContain('08:53:20 rename agent.output edits file.ts')
  expect(cli.err).not.toContain('\u001b')
  expect(cli.out).toMatch(/3f2a9c1e +rename +codemod +✓ landed +2 +b{10}/)
  expect(cli.out).toMatch(/- +docs +writer +✗ failed +1 +- +It changed nothing\./)
  expect(cli.out).toContain('1 of 2 landed in 1.5 s; refs/heads/main aaaaaaaaaa ▸ bbbbbbbbbb')
})

it('draws a live view on a terminal and gives the cursor back', async () => {
  const cli = cliWithRun()
  cli.io.onTerminal()
  cli.io.env = { NO_COLOR: '1' }
  await cli.run('run', '-')
  expect(cli.err.startsWith('\u001b[?25l')).toBe(true)
  expect(cli.err.endsWith('\u001b[?25h')).toBe(true)
  const shown = stripVTControlCharacters(cli.err)
  expect(cli.out).toContain('1 of 2 landed')
  expect(shown).toMatch(/rename +codemod +■■■▸· +▸ checking +1:40 +next: land/)
  expect(shown).toMatch(/docs +writer +····· +· waiting/)
})

it.each([
  ['all landed', ['landed', 'landed'], 0],
  ['one asks', ['landed', 'awaiting_approval'], 4],
  ['one is stale', ['awaiting_approval', 'stale'], 5],
  ['one conflicts', ['stale', 'conflicted'], 3],
  ['one failed', ['conflicted', 'rejected'], 1],
] as const)('ends with the code of the gravest: %s', async (_name, statuses, code) => {
  const cli = cliWithRun()
  cli.pipeline.runResult = {
    patches: statuses.map((status, at) => ({
      patchId: ID,
      subtask: `s${at}`,
      agent: 'a',
      status,
      reason: '',
      attempts: 1,
      landedCommit: null,
    })),
  }
  expect(await cli.run('run', '-')).toBe(code)
  expect(cli.out.includes('next: patchlane approve 3f2a9c1e')).toBe(statuses.some((s) => s === 'awaiting_approval'))
})

it('ends cleanly at the first Ctrl-C, saying how to go on, and at once at the second', async () => {
  const cli = cliWithRun()
  cli.pipeline.runHangs = true
  const running = cli.run('run', '-')
  await expect.poll(() => cli.err).toContain('agent.started')
  cli.io.interrupt()
  expect(cli.err).toContain('patchlane run --resume run-1')
  expect(cli.io.killedWith).toBeUndefined()
  expect(await running).toBe(130)
  expect(cli.pipeline.closed).toBe(1)

  const again = cli.run('run', '--resume', 'run-1')
  await expect.poll(() => cli.err).toContain('agent.started')
  cli.io.interrupt()
  cli.io.interrupt()
  expect(cli.io.killedWith).toBe(130)
  expect(await again).toBe(130)
})

it('keeps the live view whole when it is interrupted', async () => {
  const cli = cliWithRun()
  cli.io.onTerminal()
  cli.pipeline.runHangs = true
  const running = cli.run('run', '-')
  await expect.poll(() => cli.err).toContain('rename')
  cli.io.interrupt()
  cli.io.interrupt()
  expect(cli.io.killedWith).toBe(130)
  expect(cli.err).toContain('--resume run-1')
  expect(cli.err.endsWith('\u001b[?25h')).toBe(true)
  expect(await running).toBe(130)
})

it('wants a plan or a run, not both', async () => {
  const cli = new Cli()
  expect(await cli.run('run')).toBe(2)
  expect(await cli.run('run', 'plan.yaml', '--resume', 'x')).toBe(2)
  expect(await cli.run('run', 'missing.yaml')).toBe(2)
  expect(cli.opened).toEqual([])
})
