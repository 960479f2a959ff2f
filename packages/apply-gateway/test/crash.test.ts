import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { PatchlaneError } from '@patchlane/kernel'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openLanding } from './crash/landing.ts'
import { judgeScene, makeScene, type Scene } from './crash/scene.ts'

const run = promisify(execFile)
const child = new URL('./crash/child.ts', import.meta.url).pathname
/** Every call with PATCHLANE_CRASH=all; else one in so many. */
const stride = process.env.PATCHLANE_CRASH === 'all' ? 1 : 9
let scene: Scene
beforeAll(async () => {
  scene = await makeScene()
})
afterAll(async () => scene.remove())

/** Undefined when it was killed, else how many calls there were. */
async function inChild(directory: string, mode: 'land' | 'recover', at: number): Promise<number | undefined> {
  const args = ['--conditions=@patchlane/source', child, directory, scene.commit, mode, String(at)]
  try {
    return Number((await run(process.execPath, args)).stdout)
  } catch (thrown) {
    if (typeof thrown === 'object' && thrown !== null && 'signal' in thrown && thrown.signal === 'SIGKILL')
      return undefined
    throw thrown
  }
}

async function recover(directory: string, epoch: number) {
  const landing = await openLanding(directory, scene.commit)
  try {
    return await landing.target.recover(await landing.target.takeOver({ epoch, owner: `recoverer-${epoch}` }))
  } finally {
    await landing.repository.close()
  }
}

it('is whole after being killed at any call of a landing', { timeout: 900_000 }, async () => {
  const outcomes = new Set<string>()
  const calls = (await inChild(await scene.copy(), 'land', 1_000_000)) ?? 0
  expect(calls).toBeGreaterThan(15)
  const points = Array.from({ length: calls }, (_, n) => n + 1).filter((n) => n % stride === 0 || n > calls - 3)
  for (const at of points) {
    const directory = await scene.copy()
    // How many notes there are depends on which of two processes is faster.
    expect((await inChild(directory, 'land', at)) ?? at).toBeGreaterThan(at - 3)
    const recoveries = await recover(directory, 5)
    expect({ at, problems: await judgeScene(directory, scene) }).toEqual({ at, problems: [] })
    for (const { outcome } of recoveries) outcomes.add(outcome)
    expect(await recover(directory, 6)).toEqual([])
  }
  expect([...outcomes].sort()).toEqual(['landed', 'undone'])
})

it('is whole after being killed again in the recovery', { timeout: 900_000 }, async () => {
  for (const first of stride === 1 ? [6, 8, 10, 12, 14, 16] : [14]) {
    for (let at = 1; ; at += stride) {
      const directory = await scene.copy()
      await inChild(directory, 'land', first)
      const calls = await inChild(directory, 'recover', at)
      await recover(directory, 5)
      expect({ first, at, problems: await judgeScene(directory, scene) }).toEqual({ first, at, problems: [] })
      if (calls !== undefined) break
    }
  }
})

it('says what went wrong and takes the landing back when the disk fails', { timeout: 900_000 }, async () => {
  const errors = new URL('./crash/errors.ts', import.meta.url).pathname
  const args = ['--conditions=@patchlane/source', errors, scene.old, scene.commit, String(stride)]
  const directories = await Promise.all(Array.from({ length: stride === 1 ? 140 : 24 }, () => scene.copy()))
  const { stdout } = await run(process.execPath, [...args, ...directories], { maxBuffer: 10_000_000 })
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.length).toBeGreaterThan(5)
  expect(lines.filter(({ problems }) => problems.length > 0)).toEqual([])
  expect(lines.some(({ landed }) => landed === false)).toBe(true)
  for (const { error } of lines.filter(({ landed }) => !landed))
    expect(PatchlaneError.is(error) || error.code).toMatch(/^[A-Z_]+$/)
})
