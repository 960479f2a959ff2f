import { type CrashOrder, type CrashPointName, crashPoint } from './crash-points.ts'
import { crashTour, type TourNotes } from './crash-tour.ts'
import type { Disturbance } from './run-round.ts'

const PATIENCE_MS = 60_000

const points: readonly CrashPointName[] = [
  'fence: raised',
  'queue: staged is recorded',
  'landing: git has written the files',
  'recovery: an open landing is mended',
  'landing: the ref is moved',
  'recovery: before a landing is recorded',
  'queue: before the landing is recorded',
  'lease: before it is given back',
]

/** The deaths that the handful begins with. */
export const handfulTour: readonly CrashOrder[] = points.map((point, index) => ({
  point,
  pass: crashPoint(point).once === true ? 0 : index % 2,
}))

/** A few of each kind of fault, in a few seconds: deaths on the road, a kill, sleeps past the lease, and a cut connection. */
export async function handful(on: Disturbance, notes: TourNotes): Promise<void> {
  await crashTour(handfulTour, notes, PATIENCE_MS)(on)
  await on.progress(PATIENCE_MS)
  await on.overtake('landing: begun', PATIENCE_MS)
  await on.progress(PATIENCE_MS)
  if (!on.canCut) return
  for (let cut = 0; cut < 3; cut++) {
    await on.cut()
    await on.progress(PATIENCE_MS)
  }
}
