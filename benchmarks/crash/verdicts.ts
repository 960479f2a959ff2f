import { openTarget } from '../../packages/apply-gateway/test/crash/landing.ts'
import { holds, judgeTarget, type Scene } from '../../packages/apply-gateway/test/crash/scene.ts'
import type { Place } from './place.ts'
import { stateDigest } from './state-digest.ts'

export interface Verdict {
  outcomes: string[]
  problems: string[]
  /** Whether the landing is there after recovery. */
  landed: boolean
}

/** Recovers and judges what is in a place, each state of it once. */
export class Verdicts {
  readonly #known = new Map<string, Promise<Verdict>>()
  readonly #place: Place
  readonly #scene: Scene

  constructor(place: Place, scene: Scene) {
    this.#place = place
    this.#scene = scene
  }

  /** How many states were judged. */
  get size(): number {
    return this.#known.size
  }

  /** Of the state that is there now, with nobody at work in it. `hurry` wraps the recovery where nothing is left that could need the time. */
  async judge(hurry: (work: () => Promise<Verdict>) => Promise<Verdict> = (work) => work()): Promise<Verdict> {
    const digest = stateDigest(this.#place.root)
    const known = this.#known.get(digest)
    if (known !== undefined) return known
    const verdict = hurry(() => this.#judgeNow())
    this.#known.set(digest, verdict)
    return verdict
  }

  /** Of what a killed process has just left: a git that it had started may still write, and the next gateway does not wait for it. */
  async judgeAsLeft(): Promise<Verdict> {
    if (this.#place.isWrittenTo()) return this.#judgeNow()
    await this.#place.quiet()
    return this.judge()
  }

  async #judgeNow(): Promise<Verdict> {
    const { root } = this.#place
    const target = await openTarget(root, this.#scene.kind)
    try {
      const recoveries = await target.recover(await target.takeOver({ epoch: 9, owner: 'judge' }))
      const problems = await judgeTarget(root, this.#scene, target)
      const landed = await holds(target.repository, await target.head(), this.#scene.commit)
      return { outcomes: recoveries.map(({ outcome }) => outcome), problems, landed }
    } finally {
      await target.repository.close()
    }
  }
}
