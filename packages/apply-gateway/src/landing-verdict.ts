import type { CheckReport, ObjectId, PatchId } from '@patchlane/kernel'
import { UnjudgedLandingError } from './errors.ts'

const minted = new WeakSet<object>()

/**
 * The only key to a target: that this patch, as exactly this tree on exactly this head, passed everything that was asked of it.
 * Nothing but a concluded {@link Judgement} can make one, and it cannot be copied.
 */
export interface LandingVerdict {
  readonly patchId: PatchId
  /** The head it was judged on, and the only one it may land on. */
  readonly base: ObjectId
  readonly commit: ObjectId
  readonly tree: ObjectId
}

/** @throws {UnjudgedLandingError} for anything that only looks like a verdict. */
export function assertMinted(verdict: LandingVerdict): void {
  if (!minted.has(verdict)) throw new UnjudgedLandingError('the verdict was not made by a completed judgement')
}

export interface StagedPatch {
  readonly patchId: PatchId
  readonly base: ObjectId
  readonly commit: ObjectId
  readonly tree: ObjectId
}

/**
 * Collects what was said about one staged patch. Each statement is about a tree; when the patch is staged anew, or a check rewrote
 * a file, everything said before is void.
 *
 * Kept inside this package: whoever holds a judgement could fill it in.
 */
export class Judgement {
  readonly #required: readonly string[]
  readonly #needsApproval: boolean
  #staged: StagedPatch
  #passed = new Map<string, CheckReport[]>()
  #approved = false
  #preserved = false
  #refused = false

  constructor(staged: StagedPatch, requirements: { checks: readonly string[]; approval: boolean }) {
    this.#staged = staged
    this.#required = requirements.checks
    this.#needsApproval = requirements.approval
  }

  get staged(): StagedPatch {
    return this.#staged
  }

  /** The reports of the checks that hold for the present tree, in the order of the checks. */
  get reports(): CheckReport[] {
    return this.#required.flatMap((name) => this.#passed.get(name) ?? [])
  }

  /** Another tree is to be judged. */
  restage(staged: StagedPatch): void {
    if (staged.tree === this.#staged.tree && staged.base === this.#staged.base) {
      this.#staged = staged
      return
    }
    this.#staged = staged
    this.#passed = new Map()
    this.#approved = false
    this.#preserved = false
  }

  /** What a check said about a tree. */
  checked(name: string, tree: ObjectId, reports: CheckReport[]): void {
    if (tree !== this.#staged.tree) return
    if (reports.some((report) => report.outcome === 'failed' || report.outcome === 'broken')) this.#refused = true
    else this.#passed.set(name, reports)
  }

  /** That the tree keeps what landed earlier. */
  preserved(tree: ObjectId): void {
    if (tree === this.#staged.tree) this.#preserved = true
  }

  /** That policy, or a person, allows exactly this tree. */
  approved(tree: ObjectId): void {
    if (tree === this.#staged.tree) this.#approved = true
  }

  /** @throws {UnjudgedLandingError} unless all that was required has been said about the present tree. */
  conclude(): LandingVerdict {
    const missing = this.#required.filter((name) => !this.#passed.has(name))
    if (this.#refused) throw new UnjudgedLandingError('a check failed')
    if (missing.length > 0)
      throw new UnjudgedLandingError(`these checks have not judged this tree: ${missing.join(', ')}`)
    if (!this.#preserved) throw new UnjudgedLandingError('it was not proved that earlier work is kept')
    if (this.#needsApproval && !this.#approved) throw new UnjudgedLandingError('this tree was not approved')
    const { patchId, base, commit, tree } = this.#staged
    const verdict = Object.freeze({ patchId, base, commit, tree })
    minted.add(verdict)
    return verdict
  }
}
