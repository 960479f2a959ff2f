import { verdictSchema } from '@patchlane/kernel'
import { expect, it } from 'vitest'
import type { z } from 'zod'
import { workspaceFixture } from '../../server/test/fake-pipeline.ts'
import * as output from '../src/output/index.ts'
import { Cli } from './cli-fixture.ts'

const cases: [line: string, schema: z.ZodType, code?: number][] = [
  ['doctor', output.doctorOutputSchema],
  ['index', output.indexOutputSchema],
  ['context task', output.contextOutputSchema],
  ['context task --files', output.contextFilesOutputSchema],
  ['symbols login', output.symbolsOutputSchema],
  ['refs nothing', output.symbolsOutputSchema, 1],
  ['map', output.mapOutputSchema],
  ['propose -', output.proposeOutputSchema],
  ['queue list', output.queueListOutputSchema],
  ['queue', output.queueListOutputSchema],
  ['queue show ID', output.queueShowOutputSchema],
  ['queue cancel ID', output.patchOutputSchema],
  ['queue pause', output.queueStateOutputSchema],
  ['queue resume', output.queueStateOutputSchema],
  ['gate --once', output.gateOutputSchema],
  ['approve', output.approvalsOutputSchema],
  ['undo ID', output.undoOutputSchema],
  ['undo ID --yes', output.undoOutputSchema],
  ['agent -- true', output.agentOutputSchema],
  ['run PLAN', output.runOutputSchema],
  ['run --resume run-1', output.runOutputSchema],
  ['test', output.testOutputSchema],
  ['workspace list', output.workspaceListOutputSchema],
  ['workspace gc', output.workspaceGcOutputSchema],
  ['workspace rebase ws-1', output.workspaceRebaseOutputSchema],
  ['workspace rescue ws-1', output.workspaceRescueOutputSchema],
  ['status', output.statusOutputSchema],
  ['log', output.eventOutputSchema],
]

it.each(cases)('prints %s --json in its documented form, and nothing else', async (line, schema, code = 0) => {
  const cli = new Cli()
  const { patch } = cli.pipeline.add()
  cli.pipeline.workspaceList = [workspaceFixture()]
  cli.io.stdin = 'a patch'
  const words = line.replace('ID', patch.patchId).replace('PLAN', '-').split(' ')
  const end = words.indexOf('--')
  words.splice(end === -1 ? words.length : end, 0, '--json')
  expect(await cli.run(...words)).toBe(code)
  expect(cli.err).toBe('')
  const lines = cli.out.trimEnd().split('\n')
  const last: unknown = JSON.parse(lines.at(-1) ?? '')
  expect(schema.parse(last)).toEqual(last)
})

it('escapes control characters that JSON would leave as they are', async () => {
  const cli = new Cli()
  cli.pipeline.add({ title: 'a\u009b31mb\u202e' })
  await cli.run('queue', '--json')
  expect(cli.out).toContain('a\\u009b31mb\\u202e')
})

it('speaks of the graver of two patches', async () => {
  const cli = new Cli()
  const bad = cli.pipeline.add({ title: 'bad' })
  cli.pipeline.add({ title: 'good' })
  cli.pipeline.outcomes.set(bad.patch.patchId, {
    status: 'conflicted',
    verdict: verdictSchema.parse({ status: 'conflicted', code: 'MERGE_CONFLICT', message: 'Both changed it.' }),
  })
  expect(await cli.run('gate', '--once')).toBe(3)
  expect(cli.out).toContain('Both changed it.')
})

it('fails when the target is held elsewhere', async () => {
  const cli = new Cli()
  cli.pipeline.leaseHeld = false
  expect(await cli.run('gate', '--json')).toBe(1)
  expect(cli.json).toMatchObject({ error: { code: 'CLI_TARGET_HELD', retryable: true } })
})
