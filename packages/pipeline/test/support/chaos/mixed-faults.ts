import { setTimeout as pause } from 'node:timers/promises'
import { type CrashPointName, crashPoint, crashPointNames } from './crash-points.ts'
import type { Disturbance } from './run-round.ts'

const PROGRESS_MS = 8_000

type Counts = Partial<Record<CrashPointName, number>>

/**
 * At random: kills, freezes past the lease, cut connections, and deaths at the crash points that had least so far, until it was so many.
 */
export function mixedFaults(faults: number, crashes: Counts): (disturbance: Disturbance) => Promise<void> {
  return async (on) => {
    const { fleet, leaseMs, random } = on
    const total = () => Object.values(on.counts).reduce((sum, count) => sum + count, 0)
    const draw = () => {
      // Without some that may live, little would land.
      if (random() < 0.15) return fleet.order(null)
      const point = rarest(crashes, fleet.deaths, random)
      fleet.order({ point, pass: crashPoint(point).once === true ? 0 : Math.floor(random() * 4) })
    }
    const redrawing = (async () => {
      while (total() < faults) if ((await fleet.crash(200)) !== undefined) draw()
    })()
    while (total() < faults) {
      draw()
      await pause(leaseMs * (0.2 + random()))
      // Faults that follow each other faster than patches land would all hit the beginning of the road.
      if (random() < 0.7) await on.progress(PROGRESS_MS)
      // A fault of the one that holds the target tells most; but those that wait must survive it as well.
      const holder = random() < 0.6 ? fleet.slotOf(await on.holder()) : undefined
      const slot = holder ?? Math.floor(random() * fleet.size)
      const dice = random()
      if (dice < 0.25 && on.canCut) await on.cut()
      else if (dice < 0.5) await on.freeze(slot, leaseMs * (0.5 + random() * 1.5))
      else if (dice < 0.75) await on.kill(slot)
    }
    await redrawing
  }
}

function rarest(before: Counts, now: Counts, random: () => number): CrashPointName {
  const count = (name: CrashPointName) => (before[name] ?? 0) + (now[name] ?? 0)
  const least = Math.min(...crashPointNames.map(count))
  // Not the very rarest alone: one that is hard to reach would then be all that is waited for.
  const rare = crashPointNames.filter((name) => count(name) <= least + 2)
  return rare[Math.floor(random() * rare.length)] ?? 'landing: begun'
}
