import { liveUntil } from '../../packages/apply-gateway/test/crash/fault.ts'
import type { Scene } from '../../packages/apply-gateway/test/crash/scene.ts'
import type { Ground, Remains, Start } from './drill.ts'
import { Place } from './place.ts'
import { stateDigest } from './state-digest.ts'
import { Verdicts } from './verdicts.ts'

const { landScene } = await import('../../packages/apply-gateway/test/crash/drills.ts')

/** A scene, and where its landings are tried. */
export async function openGround(scene: Scene, options: { seed: number; program: string }): Promise<Ground> {
  const place = await Place.open(scene)
  const untouched = place.take()
  const starts: Start[] = [
    {
      name: 'fresh',
      async put() {
        place.restore(untouched)
        await place.refreshIndex()
      },
    },
    { name: 'touched', put: async () => place.restore(untouched) },
  ]
  let remains: Promise<Remains[]> | undefined
  return {
    scene,
    place,
    starts,
    ...options,
    verdicts: new Verdicts(place, scene),
    remains: () => {
      remains ??= collectRemains(scene, place, starts)
      return remains
    },
  }
}

async function collectRemains(scene: Scene, place: Place, starts: readonly Start[]): Promise<Remains[]> {
  const found = new Map<string, Remains>()
  for (const start of starts) {
    for (let at = 1, killed = true; killed; at++) {
      await start.put()
      killed = (await liveUntil(at, () => landScene(place.root, scene))) === undefined
      await place.quiet()
      const digest = stateDigest(place.root)
      const known = found.get(digest)
      if (known !== undefined) known.kills++
      else found.set(digest, { name: `${start.name} ${at}`, start, at, kills: 1, snapshot: place.take() })
    }
  }
  return [...found.values()]
}
