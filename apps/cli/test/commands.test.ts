import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkReportSchema, uuidV5, verdictSchema } from '@patchlane/kernel'
import { expect, it } from 'vitest'
import { configSchema } from '../../../packages/pipeline/src/config-schema.ts'
import { FakeError, workspaceFixture } from '../../server/test/fake-pipeline.ts'
import { initOutputSchema } from '../src/output/index.ts'
import { Cli } from './cli-fixture.ts'

it('ranks files for a task', async () => {
  const cli = new Cli()
  expect(await cli.run('context', 'fix login', '--files')).toBe(0)
  expect(cli.out).toBe('src/a.ts\ntest/a.test.ts\n')
  expect(await cli.run('context', 'fix login', '-n', '1', '-b', '500', '--include-wip')).toBe(0)
  expect(cli.out).toBe('the text\n')
  expect(cli.err).toMatch(/src\/a\.ts +implementation +0\.90 +full +120 +defines login/)
  expect(cli.pipeline.lastCall('context')).toMatchObject({ limit: 1, budgetTokens: 500, includeWip: true })
})

it('prints where names are, as other tools do', async () => {
  const cli = new Cli()
  expect(await cli.run('symbols', 'login')).toBe(0)
  expect(cli.out).toBe('src/a.ts:3: function login\n')
  expect(await cli.run('refs', 'nothing')).toBe(1)
  expect(cli.err).toBe('nothing is used nowhere.\n')
})

it('says how many places of a name it leaves out', async () => {
  const cli = new Cli()
  const hits = [1, 2, 3].map((line) => ({ name: 'login', kind: 'reference', path: 'src/a.ts', line }))
  cli.pipeline.references = async () => hits
  expect(await cli.run('refs', 'login', '--limit', '2')).toBe(0)
  expect(cli.out).toBe('src/a.ts:1: reference login\nsrc/a.ts:2: reference login\n')
  expect(cli.err).toBe('2 of 3 places; --limit shows more.\n')
  await cli.run('refs', 'login', '-n', '2', '--json')
  expect(JSON.parse(cli.out)).toEqual({ name: 'login', hits: hits.slice(0, 2), total: 3 })
  expect(cli.err).toBe('')
  await cli.run('refs', 'login', '--limit', '3')
  expect(cli.err).toBe('')
  cli.pipeline.symbols = async () =>
    Array.from({ length: 201 }, () => ({ name: 'a', kind: 'class', path: 'a', line: 1 }))
  await cli.run('symbols', 'a')
  expect(cli.out.trim().split('\n')).toHaveLength(200)
  expect(cli.err).toBe('200 of 201 places; --limit shows more.\n')
  expect(await cli.run('symbols', 'a', '--limit', '0')).toBe(2)
})

it('proposes bytes from standard input or a file', async () => {
  const cli = new Cli()
  cli.io.stdin = 'diff --git …'
  const ids = [uuidV5('a'), uuidV5('b')] as const
  expect(
    await cli.run('propose', '--title', 'Fix', '--depends-on', ids[0], '--depends-on', ids[1], '--priority', '-5'),
  ).toBe(0)
  expect(cli.pipeline.lastCall('propose')).toEqual({
    text: new TextEncoder().encode('diff --git …'),
    title: 'Fix',
    dependsOn: ids,
    priority: -5,
  })
  expect(cli.out).toMatch(/^[0-9a-f-]{36} · queued as number 1: Fix\n$/)
  expect(cli.err).toContain('next: patchlane gate --once')

  expect(await cli.run('propose', 'missing.patch')).toBe(2)
  expect(cli.err).toContain('Cannot read "missing.patch".')
  cli.io.onTerminal()
  expect(await cli.run('propose')).toBe(2)
  expect(cli.err).toContain('There is no patch')
})

it('shows a patch with everything that was said about it', async () => {
  const cli = new Cli()
  const { patch } = cli.pipeline.add(
    { title: 'Evil \u001b]0;title\u0007name' },
    {
      status: 'rejected',
      verdict: verdictSchema.parse({
        status: 'rejected',
        code: 'CHECK_FAILED',
        message: 'A test fails.',
        remedy: 'Mend it.',
        checks: [
          checkReportSchema.parse({
            check: 'vitest',
            kind: 'tests',
            outcome: 'failed',
            summary: '1 of 3 failed',
            findings: [{ path: 'test/a.test.ts', line: 4, severity: 'error', message: 'expected 1' }],
            output: 'line one\nline \u001b[2Jtwo\n',
            durationMs: 1200,
          }),
        ],
        conflicts: [{ path: 'b.ts', kind: 'content', message: 'Both changed it.', marked: '<<<<<<< ours\n' }],
      }),
    },
  )
  expect(await cli.run('queue', 'show', patch.patchId.slice(0, 6))).toBe(0)
  for (const text of [
    'Evil name',
    '✗ rejected',
    'what to do: Mend it.',
    'failed  vitest: 1 of 3 failed (1.2 s)',
    '  test/a.test.ts:4 error: expected 1',
    '  │ line two',
    'conflict b.ts (content): Both changed it.',
    '+new',
  ])
    expect(cli.out).toContain(text)
  expect(cli.out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  expect(await cli.run('queue', 'show', 'ffff')).toBe(2)
})

it('lists, cancels, pauses', async () => {
  const cli = new Cli()
  expect(await cli.run('queue')).toBe(0)
  expect(cli.err).toBe('No patches.\n')
  const { patch } = cli.pipeline.add({ title: 'One' })
  cli.pipeline.add({ title: 'Two' })
  await cli.run('queue', 'list', '--status', 'queued,landed', '-n', '1')
  expect(cli.out).toContain('Two')
  expect(cli.out).not.toContain('One')
  await cli.run('queue', 'list', '--after', '0', '-n', '1')
  expect(cli.out).toContain('One')
  expect(cli.err).toContain('--after 1')
  await cli.run('queue', 'list')
  expect(cli.out).toMatch(/One.*Two/s)
  expect(await cli.run('queue', 'list', '--status', 'nonsense')).toBe(2)
  expect(await cli.run('queue', 'cancel', patch.patchId, '--reason', 'no')).toBe(0)
  expect(cli.pipeline.queue[0]).toMatchObject({ status: 'withdrawn', verdict: { message: 'no' } })
  await cli.run('queue', 'pause')
  expect(cli.pipeline.paused).toBe(true)
})

it('shows diff, risk and reasons before it asks, and binds the answer to them', async () => {
  const cli = new Cli()
  const question = cli.pipeline.park({ title: 'Change the workflow' })
  const id = question.patch.patch.patchId
  expect(await cli.run('approve', id)).toBe(2)
  expect(cli.err).toContain('Add --yes')

  cli.io.onTerminal()
  cli.io.env = { NO_COLOR: '1', PATCHLANE_USER: 'ann' }
  cli.io.answers = ['later', 'approve']
  expect(await cli.run('approve')).toBe(4)
  for (const text of ['Change the workflow', 'high (0.8)', 'It changes .github/workflows/ci.yml.', '+new'])
    expect(cli.out).toContain(text)
  expect(cli.pipeline.lastCall('approve')).toBeUndefined()
  expect(await cli.run('approve', id.slice(0, 8), '--note', 'seen')).toBe(0)
  expect(cli.pipeline.lastCall('approve')).toEqual({ id, by: 'ann', note: 'seen', contentHash: question.contentHash })
  expect(await cli.run('approve')).toBe(0)
})

it('approves without asking only what is named', async () => {
  const cli = new Cli()
  const { patch } = cli.pipeline.park()
  expect(await cli.run('approve', '--yes')).toBe(2)
  expect(await cli.run('approve', '--json')).toBe(4)
  expect(await cli.run('approve', patch.patch.patchId, '--yes', '--by', 'bob', '--json')).toBe(0)
  expect(cli.pipeline.lastCall('approve')).toMatchObject({ by: 'bob' })
})

it('rejects, from the question and by command', async () => {
  const cli = new Cli()
  const first = cli.pipeline.park().patch.patch.patchId
  const second = cli.pipeline.park().patch.patch.patchId
  expect(await cli.run('reject', first, '--note', 'no')).toBe(0)
  cli.io.onTerminal().answers = ['reject']
  expect(await cli.run('approve', second)).toBe(0)
  expect(cli.pipeline.queue.map((queued) => queued.status)).toEqual(['rejected', 'rejected'])
})

it('previews an undo, asks, proposes and lands it', async () => {
  const cli = new Cli()
  const { patch } = cli.pipeline.add({ title: 'Mistake' }, { status: 'landed' })
  expect(await cli.run('undo')).toBe(2)
  expect(await cli.run('undo', patch.patchId, '--run', 'r')).toBe(2)
  expect(await cli.run('undo', patch.patchId)).toBe(2)
  expect(cli.out).toContain('This takes out again:')
  cli.io.onTerminal().answers = [false, true]
  expect(await cli.run('undo', patch.patchId)).toBe(0)
  expect(cli.pipeline.queue).toHaveLength(1)
  expect(await cli.run('undo', patch.patchId)).toBe(0)
  expect(cli.pipeline.queue[1]).toMatchObject({ status: 'landed', patch: { title: 'Undo: Mistake' } })
})

it('runs an agent and shows its output without its control characters', async () => {
  const cli = new Cli()
  cli.pipeline.agentLines = ['\u001b[31mred\u001b[0m\u0007']
  expect(await cli.run('agent', '--title', 'T', '--', 'codemod', '--json', '-C', 'x')).toBe(0)
  expect(cli.err).toContain('│ red\n')
  expect(cli.pipeline.lastCall('agent')).toMatchObject({ command: ['codemod', '--json', '-C', 'x'], title: 'T' })
  cli.pipeline.agentPatch = null
  expect(await cli.run('agent', '--', 'true')).toBe(0)
  expect(cli.out).toContain('changed nothing')
})

it('runs tests and fails with them', async () => {
  const cli = new Cli()
  expect(await cli.run('test', 'src/a.ts', 'src/b.ts')).toBe(0)
  expect(cli.pipeline.lastCall('test')).toMatchObject({ all: false, paths: ['src/a.ts', 'src/b.ts'] })
  const report = { check: 'pytest', kind: 'tests', summary: 's', durationMs: 1 } as const
  cli.pipeline.reports = [checkReportSchema.parse({ ...report, outcome: 'broken' })]
  expect(await cli.run('test', '--all')).toBe(1)
})

it('looks after workspaces', async () => {
  const cli = new Cli()
  cli.pipeline.workspaceList = [workspaceFixture()]
  await cli.run('workspace')
  expect(cli.out).toMatch(/ws-1 +leased +agent-1 +a{10} +1:40 +2\.0 kB +\/state\/ws-1/)
  await cli.run('workspace', 'gc', '--all')
  expect(cli.out).toBe('removed 1 workspace\n')
  await cli.run('workspace', 'rescue', 'ws-1')
  expect(cli.out).toContain('refs/patchlane/rescue/ws-1')
  expect(await cli.run('workspace', 'rebase', 'ws-1')).toBe(0)
  expect(cli.out).toBe('moved ws-1 onto bbbbbbbbbb\n')
  expect(await cli.run('workspace', 'rebase', 'ws-conflict', '--onto', 'main~1')).toBe(3)
  expect(cli.out).toMatch(/conflict in\n {2}src\/a\.ts\n$/)
})

it('shows the state of the target and what to do next', async () => {
  const cli = new Cli()
  cli.pipeline.add({ title: 'Waits' })
  cli.pipeline.park()
  expect(await cli.run('status')).toBe(0)
  for (const text of ['refs/heads/main', 'nobody', 'Waits', 'patchlane run --resume run-1', 'patchlane approve'])
    expect(cli.out).toContain(text)
})

it('prints the log, and follows it until Ctrl-C', async () => {
  const cli = new Cli()
  cli.pipeline.add()
  expect(await cli.run('log')).toBe(0)
  expect(cli.out).toMatch(/^2025-\d\d-\d\d \d\d:\d\d:\d\dZ 1 patch\.queued /)
  const following = cli.run('log', '--follow', '--after', '1')
  await expect.poll(() => cli.io.listening).toBe(1)
  cli.pipeline.emit('patch.landed', 'p')
  await expect.poll(() => cli.out).toContain('patch.landed')
  expect(cli.out).not.toContain('patch.queued')
  cli.io.interrupt()
  expect(await following).toBe(0)
})

it('watches until Ctrl-C', async () => {
  const cli = new Cli()
  cli.pipeline.add({ title: 'Lands' })
  const watching = cli.run('gate', '--watch')
  await expect.poll(() => cli.out).toContain('Lands')
  cli.io.interrupt('SIGTERM')
  expect(await watching).toBe(0)
})

it('shows progress on a terminal only', async () => {
  const cli = new Cli()
  await cli.run('index')
  expect(cli.err).toBe('')
  expect(cli.out).toContain('10 files, indexed in 12 ms; index version 7')
  cli.io.stderr.isTerminal = true
  await cli.run('index')
  expect(cli.err).toContain('10/10')
  expect(cli.err.endsWith('\r\u001b[K')).toBe(true)
})

it('serves until Ctrl-C and shows made tokens once', async () => {
  const cli = new Cli()
  let closed = 0
  cli.services = {
    ...cli.services,
    serve: async (options) => {
      expect(options).toMatchObject({ port: 0, gate: false, host: '127.0.0.1' })
      return {
        url: 'http://127.0.0.1:9',
        generated: true,
        tokens: [{ name: 'local-agent', role: 'agent', secret: 'made' }],
        close: async () => {
          closed += 1
        },
      }
    },
  }
  const serving = cli.run('serve', '--port', '0', '--no-gate')
  await expect.poll(() => cli.out).toContain('local-agent (agent): made')
  cli.io.interrupt()
  expect(await serving).toBe(0)
  expect(closed).toBe(1)
})

it('writes a configuration that is valid, and never overwrites one', async () => {
  const root = await mkdtemp(join(tmpdir(), 'patchlane-init-'))
  try {
    const cli = new Cli()
    cli.io.cwd = join(root, 'src')
    await mkdir(cli.io.cwd)
    await mkdir(join(root, '.git'))
    await writeFile(join(root, 'package.json'), '{"devDependencies": {"vitest": "1.0.0", "prettier": "3.0.0"}}')
    await writeFile(join(root, 'pyproject.toml'), '[tool.ruff]\nline-length = 100\n')
    expect(await cli.run('init', '--json', '--target', 'dev')).toBe(0)
    const { created, detected } = initOutputSchema.parse(cli.json)
    expect(detected.map(({ kind, name }) => `${kind}: ${name}`)).toEqual([
      'format: ruff format',
      'format: prettier',
      'lint: ruff check',
    ])
    expect(detected.find(({ name }) => name === 'prettier')?.problem).toContain('npm install --save-dev prettier')
    const written = await readFile(created, 'utf8')
    expect(configSchema.parse(JSON.parse(written))).toMatchObject({ target: 'dev', checks: { tests: 'auto' } })

    expect(await cli.run('init')).toBe(2)
    expect(cli.err).toContain('never overwrites')
    expect(await readFile(created, 'utf8')).toBe(written)
    expect(cli.opened).toEqual([])
  } finally {
    await rm(root, { recursive: true })
  }
})

it('makes a folder without git the target itself, and says so', async () => {
  const root = await mkdtemp(join(tmpdir(), 'patchlane-init-'))
  try {
    const cli = new Cli()
    cli.io.cwd = root
    expect(await cli.run('init')).toBe(0)
    expect(cli.out).toContain('written to this folder in place')
    const written = await readFile(join(root, 'patchlane.config.json'), 'utf8')
    expect(configSchema.parse(JSON.parse(written)).target).toBe('dir:.')
  } finally {
    await rm(root, { recursive: true })
  }
})

it.each([
  ['patchlane.config.ts', 'export default {}'],
  ['package.json', '{"name":"x","patchlane":{}}'],
])('finds a configuration in %s, and writes none beside it', async (file, text) => {
  const root = await mkdtemp(join(tmpdir(), 'patchlane-init-'))
  try {
    const cli = new Cli()
    cli.io.cwd = root
    await mkdir(join(root, '.git'))
    await writeFile(join(root, file), text)
    expect(await cli.run('init')).toBe(2)
    expect(cli.err).toContain(file)
    expect((await readdir(root)).sort()).toEqual(['.git', file])
  } finally {
    await rm(root, { recursive: true })
  }
})

it('warns when closing fails, without changing what was done', async () => {
  const cli = new Cli()
  cli.pipeline.close = async () => {
    throw new FakeError('X', 'failed', 'no')
  }
  expect(await cli.run('status')).toBe(0)
  expect(cli.err).toContain('closing failed')
})
