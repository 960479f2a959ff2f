import type { Scene } from '../../packages/apply-gateway/test/crash/scene.ts'
import type { Place, Snapshot } from './place.ts'
import type { Verdict, Verdicts } from './verdicts.ts'

export interface Report extends Verdict {
  /** Whether the moment came that the case is about; the same call may come earlier or later in another run. */
  met: boolean
}

export interface Case {
  /** Names it: the same name is the same case in every run. */
  id: string
  run(): Promise<Report>
  /** Told what came of it, also when that is from an earlier run. */
  done?(report: Report): void
}

/** A way for a landing to begin: with an index that knows its files, or one for which all seem touched. */
export interface Start {
  name: 'fresh' | 'touched'
  put(): Promise<void>
}

/** What a killed landing left, once all that it had started has ended. */
export interface Remains {
  /** The first kill that left it: `fresh 12`. */
  name: string
  start: Start
  at: number
  /** How many kills left it. */
  kills: number
  snapshot: Snapshot
}

export interface Ground {
  scene: Scene
  place: Place
  verdicts: Verdicts
  starts: Start[]
  seed: number
  /** Lands or recovers in a process of its own. */
  program: string
  /** Kills the landing at each call; the distinct things that are left. */
  remains(): Promise<Remains[]>
}

/** Cases with growing numbers, until the moment has not come three times in a row: work that runs side by side is not counted to the call. */
export function* untilUnmet(make: (at: number) => Case, first = 1): Iterable<Case> {
  let missed = 0
  for (let at = first; missed < 3; at++) {
    const made = make(at)
    yield {
      ...made,
      done: ({ met }) => {
        missed = met ? 0 : missed + 1
      },
    }
  }
}
