import { setTimeout as sleep } from 'node:timers/promises'
import type { GitRepository } from '@patchlane/git'
import {
  type RepositoryGuard as AgentGuard,
  describeChange,
  type RepositorySnapshot,
  snapshotChanges,
} from '@patchlane/orchestrator/agents'
import { RepositoryGuard } from '@patchlane/workspace'

export interface TargetGuardOptions {
  git: GitRepository
  target: string
  /** Whether the gateway has recorded this commit as landed. */
  hasLanded: (commit: string) => Promise<boolean>
}

/** A landing is recorded shortly after its ref moved: so long it may take to become known. */
const RECORDING_MS = 5_000

/**
 * Watches what agents must not touch. The target moves while they work, which is no harm if it was the gateway that moved it: each
 * commit that came onto it must be recorded as landed.
 */
export class TargetGuard implements AgentGuard {
  readonly #options: TargetGuardOptions
  readonly #guard: RepositoryGuard

  constructor(options: TargetGuardOptions) {
    this.#options = options
    this.#guard = new RepositoryGuard({ repository: options.git })
  }

  async snapshot(): Promise<RepositorySnapshot> {
    const { refs, files } = await this.#guard.snapshot()
    return new Map([
      ...Object.entries(refs).map(([name, value]): [string, string] => [`ref ${name}`, value]),
      ...Object.entries(files).map(([name, value]): [string, string] => [`file ${name}`, value]),
    ])
  }

  async compare(before: RepositorySnapshot): Promise<string[]> {
    const differences: string[] = []
    for (const change of snapshotChanges(before, await this.snapshot())) {
      const explained =
        change.name === `ref ${this.#options.target}` && (await this.#landed(change.before, change.after))
      if (!explained) differences.push(describeChange(change))
    }
    return differences
  }

  async #landed(before: string | undefined, after: string | undefined): Promise<boolean> {
    if (before === undefined || after === undefined) return false
    const { git, hasLanded } = this.#options
    const commits = (await git.log({ to: after, after: before, firstParent: true })).map((entry) => entry.commit)
    const deadline = performance.now() + RECORDING_MS
    for (const commit of commits) {
      while (!(await hasLanded(commit))) {
        if (performance.now() > deadline) return false
        await sleep(50)
      }
    }
    return commits.length > 0
  }
}
