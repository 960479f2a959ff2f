import { expect, it } from 'vitest'
import { FakeError } from '../../server/test/fake-pipeline.ts'
import { errorOutputSchema } from '../src/output/index.ts'
import type { CommandSpec } from '../src/program/command-spec.ts'
import { commandGroups } from '../src/program/commands.ts'
import { Cli } from './cli-fixture.ts'

const specs = commandGroups.flatMap((group) => group.commands)
const withPath = (spec: CommandSpec, before: string[] = []): { path: string[]; spec: CommandSpec }[] => {
  const path = [...before, spec.name]
  return [{ path, spec }, ...(spec.commands ?? []).flatMap((sub) => withPath(sub, path))]
}
const all = specs.flatMap((spec) => withPath(spec))

it('lists every command, without opening a repository', async () => {
  const cli = new Cli()
  expect(await cli.run('--help')).toBe(0)
  for (const { name } of specs) expect(cli.out).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
  expect(await cli.run()).toBe(0)
  expect(cli.out).toContain('Usage: patchlane')
  expect(await cli.run('--version')).toBe(0)
  expect(cli.out).toBe('1.2.3\n')
  expect(cli.opened).toEqual([])
})

it.each(all.map(({ path, spec }) => [path.join(' '), spec] as const))(
  'explains "%s" with examples and the options every command takes',
  async (path, spec) => {
    const cli = new Cli()
    expect(await cli.run(...path.split(' '), '--help')).toBe(0)
    expect(cli.out).toContain('Examples:')
    for (const [line] of spec.examples) expect(cli.out).toContain(line)
    expect(cli.out).toContain('--json')
    expect(spec.examples.length).toBeGreaterThan(0)
  },
)

it.each(all.filter(({ spec }) => spec.load !== undefined).map(({ path, spec }) => [path.join(' '), spec] as const))(
  'has something behind "%s"',
  async (_path, spec) => {
    expect(typeof (await spec.load?.())?.run).toBe('function')
  },
)

it('suggests what was meant, with exit code 2', async () => {
  const cli = new Cli()
  expect(await cli.run('quueue')).toBe(2)
  expect(cli.err).toBe("error: Unknown command 'quueue'.\n  what to do: Did you mean queue?\n")
  expect(await cli.run('gate', '--wach')).toBe(2)
  expect(cli.err).toContain('Did you mean --watch?')
  expect(await cli.run('queue', 'shw', 'x')).toBe(2)
  expect(cli.err).toContain('"patchlane queue" knows list, show, cancel, pause, resume.')
  expect(cli.out).toBe('')
})

it('prints usage errors as JSON too', async () => {
  const cli = new Cli()
  expect(await cli.run('gate', '--wach', '--json')).toBe(2)
  expect(errorOutputSchema.parse(cli.json).error).toMatchObject({ code: 'CLI_USAGE', kind: 'usage', retryable: false })
  expect(await cli.run('agent', '--wach', '--', 'x', '--json')).toBe(2)
  expect(cli.out).toBe('')
})

it('names the option whose value is wrong', async () => {
  const cli = new Cli()
  expect(await cli.run('context', 'x', '--limit', 'many')).toBe(2)
  expect(cli.err).toContain('--limit: is not a whole number.')
  expect(await cli.run('context', '  ')).toBe(2)
  expect(await cli.run('propose', '--format', 'morse')).toBe(2)
  expect(cli.err).toContain('Allowed choices are auto, unified')
  expect(cli.opened).toEqual([])
})

it('takes the common options before and after the command', async () => {
  const cli = new Cli()
  cli.io.cwd = '/work'
  await cli.run('-C', 'a', '--target', 'dev', 'status', '--config', 'c.json')
  await cli.run('status', '-C', '/b')
  expect(cli.opened).toEqual([{ directory: '/work/a', target: 'dev', configFile: '/work/c.json' }, { directory: '/b' }])
  expect(cli.pipeline.closed).toBe(2)
  expect(cli.io.listening).toBe(0)
})

it.each([
  ['usage', 2],
  ['conflict', 3],
  ['approval', 4],
  ['stale', 5],
  ['environment', 1],
  ['failed', 1],
] as const)('ends an error of kind %s with exit code %i, closing what was opened', async (kind, code) => {
  const cli = new Cli()
  cli.pipeline.failNext = new FakeError('PIPELINE_X', kind, 'Bad \u001b[31mthing\u001b[0m.')
  expect(await cli.run('status')).toBe(code)
  expect(cli.err).toBe('error: Bad thing.\n  what to do: Do something else.\n')
  expect(cli.pipeline.closed).toBe(1)

  cli.pipeline.failNext = new FakeError('PIPELINE_X', kind, 'Bad.', true)
  expect(await cli.run('status', '--json')).toBe(code)
  expect(cli.err).toBe('')
  expect(cli.json).toEqual({
    error: { code: 'PIPELINE_X', kind, message: 'Bad.', remedy: 'Do something else.', retryable: true },
  })
})

it('says what caused an error only when asked', async () => {
  const cli = new Cli()
  const failure = new Error('outer', { cause: new Error('the inner cause') })
  cli.pipeline.failNext = failure
  expect(await cli.run('status')).toBe(1)
  expect(cli.err).not.toContain('inner cause')
  cli.pipeline.failNext = failure
  await cli.run('status', '--verbose')
  expect(cli.err).toContain('caused by: the inner cause')
})

it('reports a repository that cannot be opened', async () => {
  const cli = new Cli()
  cli.services = {
    ...cli.services,
    openPipeline: async () => {
      throw new FakeError('GIT_NOT_A_REPOSITORY', 'usage', 'Not a repository.')
    },
  }
  expect(await cli.run('status')).toBe(2)
  expect(cli.err).toContain('Not a repository.')
})

it('colours only where it is wanted', async () => {
  const cli = new Cli()
  cli.pipeline.diagnoses = [{ name: 'git', state: 'error', detail: 'too old', remedy: 'Get a newer one.' }]
  const colored = async (env: Record<string, string>, terminal: boolean, ...words: string[]) => {
    cli.io.env = env
    cli.io.stdout.isTerminal = terminal
    expect(await cli.run('doctor', ...words)).toBe(1)
    return cli.out.includes('\u001b[')
  }
  expect(await colored({}, true)).toBe(true)
  expect(await colored({}, false)).toBe(false)
  expect(await colored({ NO_COLOR: '1' }, true)).toBe(false)
  expect(await colored({ FORCE_COLOR: '1' }, false)).toBe(true)
  expect(await colored({ FORCE_COLOR: '0' }, true)).toBe(false)
  expect(await colored({ FORCE_COLOR: '1' }, true, '--no-color')).toBe(false)
  expect(await colored({ TERM: 'dumb' }, true)).toBe(false)
})
