import { type Clock, type ObjectId, type ReadSet, type RepoPath, type Stamp, systemClock } from '@patchlane/kernel'
import type { IndexMetrics } from './index-metrics.ts'
import type { StaleAction, StalenessPolicy } from './staleness-policy.ts'

/** What the checker asks of the repository. */
export interface RepositoryHistory {
  /** The head that requests are compared with. */
  head(): Promise<ObjectId>
  /** Whether the repository has the commit at all. */
  has(commit: ObjectId): Promise<boolean>
  isAncestor(ancestor: ObjectId, commit: ObjectId): Promise<boolean>
  /** How many commits `to` has that `from` has not. */
  countBetween(from: ObjectId, to: ObjectId): Promise<number>
  /** Paths that differ between the two trees. */
  changedPaths(from: ObjectId, to: ObjectId): Promise<RepoPath[]>
  /** UTC, milliseconds. */
  committedAt(commit: ObjectId): Promise<number>
}

export interface FreshnessRequest {
  stamp: Stamp
  readSet?: ReadSet | undefined
}

export interface Freshness {
  /**
   * - `fresh`: the head's tree is the stamp's, even if the head moved.
   * - `behind`: the head has moved on, nothing the request depends on has.
   * - `moved`: something the request depends on has changed.
   * - `diverged`: the stamp's commit is not in the head's history.
   * - `unknown`: the repository does not have the stamp's commit.
   */
  state: 'fresh' | 'behind' | 'moved' | 'diverged' | 'unknown'
  head: ObjectId
  commitsBehind: number
  secondsBehind: number
  /** Of the read set, what has changed since; without a read set, everything that has. */
  movedPaths: RepoPath[]
  /** True when the read set may not be the whole of what was read. */
  partial: boolean
  /** Whether the policy calls it stale. */
  stale: boolean
  /** What follows: `proceed`, `refuse`, or `reindex`. */
  decision: 'proceed' | 'refuse' | 'reindex'
  /** For people; begins in lower case. */
  reason: string
}

export interface IndexVersionCheckerOptions {
  history: RepositoryHistory
  policy: StalenessPolicy
  action: StaleAction
  clock?: Clock
  metrics?: IndexMetrics
}

/** Compares a stamp with where the repository is now. It compares; it never adopts. */
export class IndexVersionChecker {
  readonly #options: IndexVersionCheckerOptions

  constructor(options: IndexVersionCheckerOptions) {
    this.#options = options
  }

  async check(request: FreshnessRequest): Promise<Freshness> {
    const standing = await this.#compare(request)
    const stale = this.#isStale(standing)
    const decision = this.#decide(standing, stale)
    const freshness: Freshness = { ...standing, stale, decision, reason: describe(standing) }
    this.#options.metrics?.checked({ ...freshness, refused: decision === 'refuse' })
    return freshness
  }

  async #compare({ stamp, readSet }: FreshnessRequest): Promise<Standing> {
    const { history } = this.#options
    const head = await history.head()
    const partial = readSet === undefined || !readSet.complete
    const standing: Standing = { state: 'fresh', head, commitsBehind: 0, secondsBehind: 0, movedPaths: [], partial }
    if (stamp.commit === head) return standing
    if (!(await history.has(stamp.commit))) return { ...standing, state: 'unknown' }
    const changed = await history.changedPaths(stamp.commit, head)
    if (changed.length === 0) return standing
    const read = readSet === undefined ? undefined : new Set<string>(readSet.paths)
    const movedPaths = read === undefined ? changed : changed.filter((path) => read.has(path))
    const ancestor = await history.isAncestor(stamp.commit, head)
    return {
      ...standing,
      state: ancestor ? (movedPaths.length > 0 ? 'moved' : 'behind') : 'diverged',
      commitsBehind: await history.countBetween(stamp.commit, head),
      secondsBehind: await this.#secondsBehind(stamp.commit, head),
      movedPaths,
    }
  }

  /** How long the stamp has been out of date: since the head was committed at the earliest, never less than nothing. */
  async #secondsBehind(commit: ObjectId, head: ObjectId): Promise<number> {
    const { history, clock = systemClock } = this.#options
    const [from, to] = await Promise.all([history.committedAt(commit), history.committedAt(head)])
    return Math.max(0, Math.round((Math.max(to, clock.now()) - from) / 1000))
  }

  #isStale(standing: Standing): boolean {
    const { policy } = this.#options
    if (standing.state === 'fresh') return false
    if (standing.state === 'unknown') return true
    if (policy.policy === 'strict') return true
    if (policy.policy === 'readSet') return standing.movedPaths.length > 0
    return standing.commitsBehind > policy.maxCommits || standing.secondsBehind > policy.maxSeconds
  }

  #decide(standing: Standing, stale: boolean): Freshness['decision'] {
    const { policy, action } = this.#options
    if (!stale) return 'proceed'
    // A commit that is not here cannot be compared, merged from or re-indexed.
    if (standing.state === 'unknown') return 'refuse'
    if (action === 'auto_reindex') return 'reindex'
    return action === 'refuse' || policy.policy === 'strict' ? 'refuse' : 'proceed'
  }
}

type Standing = Omit<Freshness, 'stale' | 'decision' | 'reason'>

function describe({ state, commitsBehind, movedPaths }: Standing): string {
  const commits = `${commitsBehind} commit${commitsBehind === 1 ? '' : 's'}`
  switch (state) {
    case 'fresh':
      return 'the head has the same tree'
    case 'behind':
      return `the head is ${commits} ahead, but nothing it depends on has changed`
    case 'moved':
      return `the head is ${commits} ahead, and ${listOf(movedPaths)} changed since`
    case 'diverged':
      return `the head is on another line of history (${commits} that the stamp has not)`
    case 'unknown':
      return 'the repository does not have that commit'
  }
}

function listOf(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ')
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more files` : shown
}
