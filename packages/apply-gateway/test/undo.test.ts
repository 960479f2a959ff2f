import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryRepository } from '@patchlane/git/testing'
import { repoIdSchema, targetNameSchema } from '@patchlane/kernel'
import { afterEach, expect, it } from 'vitest'
import { ApplyGateway, GitBranchTarget, landedByRun, planUndo, planUndoOfSeveral } from '../src/index.ts'
import { MemoryGatewayQueue, patchOn } from '../src/testing/index.ts'

const repoId = repoIdSchema.parse('repo')
const target = targetNameSchema.parse('refs/heads/main')
let remove: (() => Promise<void>) | undefined
afterEach(async () => remove?.())

const lines = (changes: Record<number, string> = {}) =>
  `${Array.from({ length: 12 }, (_, n) => changes[n + 1] ?? `line ${n + 1}`).join('\n')}\n`

async function setUp() {
  const sandbox = await temporaryRepository({ a: lines() })
  remove = sandbox.remove
  const { repository } = sandbox
  const queue = new MemoryGatewayQueue()
  const gateway = new ApplyGateway({
    repoId,
    target: new GitBranchTarget({ repository, name: target }),
    queue,
    owner: 'g',
  })
  const land = async (files: Record<string, string | null>, overrides: object = {}) => {
    const { patch } = queue.propose(await patchOn(repository, await repository.resolve('main'), files, overrides))
    await gateway.drain()
    expect(queue.get(patch.patchId).status).toBe('landed')
    return patch.patchId
  }
  const undo = async (patchId: string) => {
    const head = await repository.resolve('main')
    return planUndo(patchId, { repository, repoId, target, head, author: { agent: 'person' } })
  }
  const landUndo = async (patchId: string) => {
    const { patch } = await undo(patchId)
    queue.propose(patch)
    await gateway.drain()
    expect(queue.get(patch.patchId)).toMatchObject({ status: 'landed' })
    return patch.patchId
  }
  const read = () => readFile(join(sandbox.directory, 'a'), 'utf8')
  return { repository, queue, gateway, land, undo, landUndo, read }
}

it('takes a patch out and keeps what landed since', async () => {
  const { land, undo, landUndo, read } = await setUp()
  const first = await land({ a: lines({ 2: 'first' }), made: 'made\n' })
  await land({ a: lines({ 2: 'first', 10: 'second' }) })
  const plan = await undo(first)
  expect(plan.patch).toMatchObject({ kind: 'undo', undoes: first, removesWorkOf: [first] })
  expect(plan.patch.changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual(['modify a', 'delete made'])
  expect(await read()).toBe(lines({ 2: 'first', 10: 'second' }))
  expect((await undo(first)).patch.patchId).toBe(plan.patch.patchId)
  await landUndo(first)
  expect(await read()).toBe(lines({ 10: 'second' }))
})

it('undoes an undo, and refuses to undo twice', async () => {
  const { land, undo, landUndo, read } = await setUp()
  const first = await land({ a: lines({ 2: 'first' }) })
  const undone = await landUndo(first)
  await expect(undo(first)).rejects.toMatchObject({ code: 'APPLY_GATEWAY_UNDO_REFUSED' })
  await landUndo(undone)
  expect(await read()).toBe(lines({ 2: 'first' }))
  await landUndo(first)
  expect(await read()).toBe(lines())
})

it('refuses where later patches stand on it, and names them in the order to undo them', async () => {
  const { land, undo } = await setUp()
  const first = await land({ a: lines({ 2: 'first' }) })
  const second = await land({ a: lines({ 2: 'second' }) })
  const third = await land({ a: lines({ 2: 'third' }) })
  await land({ other: 'unrelated\n' })
  await expect(undo(first)).rejects.toMatchObject({
    code: 'APPLY_GATEWAY_UNDO_REFUSED',
    kind: 'conflict',
    dependents: [third, second],
  })
  await expect(undo('00000000-0000-4000-8000-000000000000')).rejects.toThrowError(/has not landed/)
})

it('undoes all that a run landed, the latest first, even where one stands on the other', async () => {
  const { repository, queue, gateway, land, landUndo, read } = await setUp()
  const run = { author: { agent: 'a', runId: 'run-1' } }
  const first = await land({ a: lines({ 2: 'first' }) }, run)
  await land({ a: lines({ 2: 'first', 10: 'other' }) })
  const second = await land({ a: lines({ 2: 'second', 10: 'other' }) }, run)
  const gone = await land({ extra: 'x' }, run)
  await landUndo(gone)
  const head = await repository.resolve('main')
  const ids = await landedByRun('run-1', { repository, head })
  expect(ids).toEqual([first, second])
  const options = { repository, repoId, target, head, author: { agent: 'person' } }
  const plans = await planUndoOfSeveral(ids, options)
  expect(plans.map(({ patch }) => patch.undoes)).toEqual([second, first])
  expect(plans[1]?.patch.dependsOn).toEqual([plans[0]?.patch.patchId])
  expect((await planUndoOfSeveral(ids, options)).map(({ patch }) => patch.patchId)).toEqual(
    plans.map(({ patch }) => patch.patchId),
  )
  for (const { patch } of plans) queue.propose(patch)
  await gateway.drain()
  expect(plans.map(({ patch }) => queue.get(patch.patchId).status)).toEqual(['landed', 'landed'])
  expect(await read()).toBe(lines({ 10: 'other' }))
})
