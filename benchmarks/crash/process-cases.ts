import { setTimeout as sleep } from 'node:timers/promises'
import { type Fault, liveUntil } from '../../packages/apply-gateway/test/crash/fault.ts'
import { type Case, type Ground, type Remains, untilUnmet } from './drill.ts'

const { recoverScene } = await import('../../packages/apply-gateway/test/crash/landing.ts')
const { callsOfTakeOver, failingLanding, failingRecovery, inChild } = await import(
  '../../packages/apply-gateway/test/crash/drills.ts'
)

/** Killed at each call of the landing; the next gateway comes at once, while what the landing started may still be at work. */
export function* kills({ scene, place, verdicts, starts }: Ground): Iterable<Case> {
  for (const start of starts) {
    yield* untilUnmet((at) => ({
      id: `${scene.kind} ${start.name} kill ${at}`,
      async run() {
        await start.put()
        const met = (await inChild(place.root, scene, 'land', at)) === undefined
        return { met, ...(await verdicts.judgeAsLeft()) }
      },
    }))
  }
}

/** Of everything that a killed landing can leave: the recovery killed at each call. */
export async function* killsTwice(ground: Ground): AsyncIterable<Case> {
  const { scene, place, verdicts, remains } = ground
  for (const each of await remains()) {
    const { name, snapshot } = each
    const make = (again: number): Case => ({
      id: `${scene.kind} ${name} kill again ${again}`,
      async run() {
        place.restore(snapshot)
        const met = (await liveUntil(again, () => recoverScene(place.root, scene.kind, 2))) === undefined
        // What was under way is done, as it is in the system when a process dies.
        await sleep(2)
        return { met, ...(await verdicts.judgeAsLeft()) }
      },
    })
    yield* untilUnmet(make, await firstCall(ground, each, 'vanish'))
  }
}

/** Each call, reads too where they can fail, failing in the landing, and in the recovery of everything that a killed landing can leave. */
export async function* errors(ground: Ground): AsyncIterable<Case> {
  const { scene, place, verdicts, starts, remains } = ground
  for (const fault of ['ENOSPC', 'EIO'] as const) {
    for (const start of starts) {
      yield* untilUnmet((at) => ({
        id: `${scene.kind} ${start.name} ${fault} ${at}`,
        async run() {
          await start.put()
          const { met, lies } = await failingLanding(place.root, scene, fault, at)
          await place.quiet()
          const verdict = await verdicts.judge()
          return { ...verdict, met, problems: [...lies, ...verdict.problems] }
        },
      }))
    }
    for (const each of await remains()) {
      const { name, snapshot } = each
      const make = (at: number): Case => ({
        id: `${scene.kind} ${name} kill, ${fault} ${at} in recovery`,
        async run() {
          place.restore(snapshot)
          const met = await failingRecovery(place.root, scene, fault, at)
          await place.quiet()
          return { met, ...(await verdicts.judge()) }
        },
      })
      yield* untilUnmet(make, await firstCall(ground, each, fault))
    }
  }
}

/** Until a recovery looks at the journal it does the same whatever was left: those calls are tried on the first only. */
async function firstCall(ground: Ground, { snapshot }: Remains, fault: Fault): Promise<number> {
  if ((await ground.remains())[0]?.snapshot === snapshot) return 1
  ground.place.restore(snapshot)
  return 1 + (await callsOfTakeOver(ground.place.root, ground.scene, fault))
}
