import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PatchlaneError } from '@patchlane/kernel'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openLanding } from './crash/landing.ts'
import { judgeScene, makeScene, type Scene } from './crash/scene.ts'

// A writer falls asleep in the middle of a landing (a stopped process, a laptop's lid), another takes over and lands the same patch,
// and the first one wakes up.

let scene: Scene
beforeAll(async () => {
  scene = await makeScene('branch')
})
afterAll(() => scene.remove())

/** A landing that stops before it is written down, until it is told to go on. */
async function sleepingLanding(directory: string) {
  const landing = await openLanding(directory, 'branch', scene.commit)
  const { land } = await landing.ready(1)
  const [asleep, awake] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const { repository } = landing
  const diffTrees = repository.diffTrees.bind(repository)
  repository.diffTrees = async (...args) => {
    asleep.resolve()
    await awake.promise
    return diffTrees(...args)
  }
  const outcome = land().then(
    () => 'landed',
    (thrown: unknown) => (PatchlaneError.is(thrown) ? thrown.code : String(thrown)),
  )
  await asleep.promise
  return {
    wakeUp: async () => {
      awake.resolve()
      return outcome
    },
    close: () => repository.close(),
  }
}

it('leaves what landed alone when it wakes up after it', async () => {
  const directory = await scene.copy()
  const sleeper = await sleepingLanding(directory)
  const next = await openLanding(directory, 'branch', scene.commit)
  await (await next.ready(2)).land()
  expect(await sleeper.wakeUp()).toMatch(/FENCED_OUT|HEAD_MOVED|CHECKOUT_OVERLAP/)
  expect(await judgeScene(directory, scene)).toEqual([])
  expect(await next.target.head()).toBe(scene.commit)
  await Promise.all([sleeper.close(), next.repository.close()])
})

it('leaves the journal and the files of a landing alone when it wakes up in the middle of it', async () => {
  const directory = await scene.copy()
  const sleeper = await sleepingLanding(directory)
  const next = await openLanding(directory, 'branch', scene.commit)
  const { repository } = next
  const git = repository.git.bind(repository)
  const journals = async () => await readdir(join(directory, 'folder', '.git', 'patchlane', 'landing'))
  let seen: unknown
  repository.git = async (request) => {
    if (seen === undefined && request.args[0] === 'read-tree') {
      const before = await journals()
      seen = { before, outcome: await sleeper.wakeUp(), after: await journals() }
    }
    return git(request)
  }
  await (await next.ready(2)).land()
  expect(seen).toEqual({
    before: ['refs%2Fheads%2Fmain.jsonl'],
    outcome: 'APPLY_GATEWAY_FENCED_OUT',
    after: ['refs%2Fheads%2Fmain.jsonl'],
  })
  expect(await judgeScene(directory, scene)).toEqual([])
  expect(await next.target.head()).toBe(scene.commit)
  await Promise.all([sleeper.close(), repository.close()])
})
