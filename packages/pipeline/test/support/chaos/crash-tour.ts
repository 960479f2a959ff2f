import { type CrashOrder, type CrashPointName, crashPoint, crashPointNames, type Leftover } from './crash-points.ts'
import type { Disturbance } from './run-round.ts'

/**
 * Orders to die, one gateway after the other: at each of the points, in an order drawn by lot. A point that needs something left by the
 * death before comes right behind one that leaves it.
 */
export function planTour(points: readonly CrashPointName[], random: () => number): CrashOrder[] {
  const lot = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)]
  const tour = shuffled(
    points.filter((name) => crashPoint(name).needs === undefined),
    random,
  )
  for (const name of shuffled(points, random)) {
    const { needs } = crashPoint(name)
    if (needs === undefined) continue
    const places = tour.flatMap((before, at) => (leaves(before, needs) && !isNeedy(tour[at + 1]) ? [at + 1] : []))
    const place = lot(places)
    if (place !== undefined) tour.splice(place, 0, name)
    else {
      const before = lot(crashPointNames.filter((candidate) => leaves(candidate, needs)))
      tour.push(...(before === undefined ? [] : [before]), name)
    }
  }
  return tour.map((point) => ({ point, pass: crashPoint(point).once === true ? 0 : Math.floor(random() * 2) }))
}

function leaves(point: CrashPointName, what: Leftover): boolean {
  return crashPoint(point).leaves?.includes(what) === true
}

function isNeedy(point: CrashPointName | undefined): boolean {
  return point !== undefined && crashPoint(point).needs !== undefined
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item)
}

/** How a tour went, by point. */
export interface TourNotes {
  /** From the death before to this one, in milliseconds, of all deaths at the point together. */
  took: Partial<Record<CrashPointName, number>>
  /** Points that were not reached in time, and what was seen instead. */
  missed: { point: CrashPointName; why: string }[]
}

/** Makes one gateway after the other die as ordered; the first was given its order before it was started. */
export function crashTour(
  tour: readonly CrashOrder[],
  notes: TourNotes,
  patience: number,
): (disturbance: Disturbance) => Promise<void> {
  return async (on) => {
    let missed = false
    let dead = ''
    for (const order of tour) {
      // What the death before should have left is not there.
      if (missed && crashPoint(order.point).needs !== undefined) continue
      const landed = await on.landed()
      const started = performance.now()
      if (dead !== '') await on.takeOver(dead, order)
      const crash = await on.fleet.crash(patience)
      dead = crash?.owner ?? (await on.holder())
      missed = crash === undefined
      if (crash === undefined) {
        const why = `${dead || 'nobody'} held the target after ${patience / 1_000} s; ${(await on.landed()) - landed} landed`
        notes.missed.push({ point: order.point, why })
        const slot = on.fleet.slotOf(dead)
        if (slot !== undefined) await on.kill(slot)
      } else notes.took[crash.point] = (notes.took[crash.point] ?? 0) + performance.now() - started
    }
    await on.takeOver(dead, null)
  }
}
