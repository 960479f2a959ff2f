import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { instrument } from './crash/fault.ts'

instrument()
const { errorDrill, failingRecoveryDrill, inChild, killDrill } = await import('./crash/drills.ts')
const { recoverScene } = await import('./crash/landing.ts')
const { judgeScene, makeScene } = await import('./crash/scene.ts')

/** A sample; `benchmarks/crash.ts` goes through every call, those of git included. */
const points = (calls: number, stride: number) =>
  Array.from({ length: calls }, (_, n) => n + 1).filter((n) => n % stride === 0 || n > calls - 2)

describe.each(['branch', 'directory'] as const)('a %s', (kind) => {
  let scene: Awaited<ReturnType<typeof makeScene>>
  let calls = 0
  beforeAll(async () => {
    scene = await makeScene(kind)
    calls = (await inChild(await scene.copy(), scene, 'land', 1_000_000)) ?? 0
  }, 60_000)
  afterAll(async () => scene.remove())

  it('is whole after a landing was killed, wherever', { timeout: 300_000 }, async () => {
    expect(calls).toBeGreaterThan(15)
    const outcomes = new Set<string>()
    const killAt = async (at: number) => {
      const report = await killDrill(scene, at)
      expect({ at, problems: report.problems }).toEqual({ at, problems: [] })
      for (const outcome of report.outcomes) outcomes.add(outcome)
    }
    for (const at of points(calls, 11)) await killAt(at)
    // A landing waits for others now and then, which moves its calls: the last of them is sought.
    for (let at = calls - 2; at > calls - 12 && !outcomes.has('landed'); at--) await killAt(at)
    expect([...outcomes].sort()).toEqual(['landed', 'undone'])
  })

  it('is whole after its recovery was killed too', { timeout: 300_000 }, async () => {
    for (const at of [1, 14, 19, 24]) {
      const { problems } = await killDrill(scene, calls - 12, at)
      expect({ at, problems }).toEqual({ at, problems: [] })
    }
  })

  it.runIf(kind === 'branch')('leaves all as it is while the branch cannot be read', { timeout: 60_000 }, async () => {
    const root = await scene.copy()
    await inChild(root, scene, 'land', calls - 12)
    const ref = join(root, 'folder/.git/refs/heads/main')
    const held = await readFile(ref)
    await writeFile(ref, '')
    await expect(recoverScene(root, kind, 2)).rejects.toMatchObject({ code: 'APPLY_GATEWAY_CHECKOUT_BUSY' })
    await writeFile(ref, held)
    expect(await recoverScene(root, kind, 3)).toHaveLength(1)
    expect(await judgeScene(root, scene)).toEqual([])
  })

  it('is whole, and nobody was lied to, after a call failed', { timeout: 300_000 }, async () => {
    for (const [fault, stride] of [
      ['ENOSPC', 9],
      ['EIO', 19],
    ] as const) {
      for (let at = 2; ; at += stride) {
        const { met, problems, said } = await errorDrill(scene, fault, at)
        expect({ fault, at, said, problems }).toEqual({ fault, at, said, problems: [] })
        if (!met) break
      }
    }
    const { problems } = await failingRecoveryDrill(scene, calls - 12, 'EIO', 12)
    expect(problems).toEqual([])
  })
})
