import type { GitRepository } from '@patchlane/git'
import type { ObjectId } from '@patchlane/kernel'
import { runProcess } from '@patchlane/process'
import { z } from 'zod'
import { SlotDependencies } from './dependencies/slot-dependencies.ts'
import { WorkspaceSetupError } from './errors.ts'
import type { GitWorktreeAdapter } from './git-worktree-adapter.ts'
import type { Slot } from './slot.ts'
import { haveStamps } from './stamps.ts'

export interface SetUpCommand {
  /** Program and arguments; never a shell line. */
  run: readonly string[]
  /** Patterns of ignored files it makes, which cleaning then leaves for the next holder; without any it runs for every lease. */
  keep?: readonly string[]
  /** Names of files it reads, in any folder: with `keep`, it runs again for a commit in which one of them differs. @default lock files of package managers */
  inputs?: readonly string[]
  /** @default 600_000 */
  timeoutMs?: number
}

export interface WorkspacePreparationOptions {
  repository: GitRepository
  adapter: GitWorktreeAdapter
  slot: Slot
  dependencies: 'share' | 'copy' | 'none'
  setup?: SetUpCommand
}

const lockFiles = [
  ...['pnpm-lock.yaml', 'package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'bun.lock', 'bun.lockb'],
  ...[
    'uv.lock',
    'poetry.lock',
    'Pipfile.lock',
    'pdm.lock',
    'requirements*.txt',
    'Cargo.lock',
    'go.sum',
    'Gemfile.lock',
  ],
]

const sealSchema = z.object({
  commit: z.string(),
  /** What files were written under: the repository's and user's, and the tree's own. */
  settings: z.string(),
  attributes: z.string(),
  /** Of all folders. */
  stamps: z.array(z.tuple([z.string(), z.string()])),
})

type Seal = z.infer<typeof sealSchema>

const setupSchema = z.object({ inputs: z.string() })

/**
 * Makes a worktree what its next holder wants: the files of a commit, dependencies, and what the project's own command makes. What can
 * be done beforehand is done when the last holder gives it back, so that a lease only looks whether all is still as it was left.
 */
export class WorkspacePreparation {
  readonly #options: WorkspacePreparationOptions
  readonly #dependencies: SlotDependencies

  constructor(options: WorkspacePreparationOptions) {
    this.#options = options
    this.#dependencies = new SlotDependencies(options)
  }

  /** Readies a worktree that was just made. */
  async complete(): Promise<void> {
    await this.#dependencies.bring()
    await this.#setUp()
  }

  /** Readies an idle worktree, left at `from`, for a holder who wants `to`. */
  async advance(from: ObjectId | null, to: ObjectId, sparse?: readonly string[]): Promise<void> {
    const { adapter, slot } = this.#options
    const settings = await adapter.refresh(slot)
    await slot.limitTo(sparse)
    const seal = await slot.readNote('seal', sealSchema)
    await slot.dropNote('seal')
    const asLeft = seal?.commit === from && (await haveStamps(slot.directory, new Map(seal.stamps)))
    const keep = (await this.#dependencies.areCurrent()) ? await this.#dependencies.folders() : []
    if (asLeft) await adapter.move(slot, to)
    // Which settings and attributes an unchanged file was written under, only a look at all of them would tell.
    if (!asLeft || seal.settings !== settings || seal.attributes !== (await this.#attributes()))
      await adapter.checkout(slot, to, { keep, anew: true })
    await this.#dependencies.bring()
    await this.#setUp()
  }

  /** Takes out what a holder left, and remembers what the clean worktree looks like. */
  async restore(commit: ObjectId): Promise<void> {
    const { adapter, slot } = this.#options
    await slot.dropNote('seal')
    const settings = await adapter.refresh(slot)
    if (!(await this.#dependencies.areCurrent())) {
      await this.#dependencies.drop()
      await adapter.checkout(slot, commit)
      await this.#dependencies.bring()
    }
    const stamps = await adapter.seal(slot, commit, await this.#dependencies.folders())
    if (stamps === undefined) return
    const attributes = await this.#attributes()
    await slot.writeNote('seal', { commit, settings, attributes, stamps: [...stamps] } satisfies Seal)
  }

  /** Adds what is missing in a workspace that its holder moved to another commit. */
  async supplement(): Promise<void> {
    await this.#dependencies.supplement()
  }

  /** A name for the attributes that the tree itself gives its files. */
  async #attributes(): Promise<string> {
    const entries = await this.#options.slot.entries(['.gitattributes'])
    return entries.map(({ path, oid }) => `${oid} ${path}`).join('\0')
  }

  async #setUp(): Promise<void> {
    const { slot, setup } = this.#options
    const [file, ...args] = setup?.run ?? []
    if (setup === undefined || file === undefined) return
    const inputs = await this.#inputs(setup)
    if (inputs !== undefined && (await slot.readNote('setup', setupSchema))?.inputs === inputs) return
    await slot.dropNote('setup')
    const timeoutMs = setup.timeoutMs ?? 600_000
    const result = await runProcess({ file, args, cwd: slot.directory, timeoutMs })
    if (result.exitCode !== 0)
      throw new WorkspaceSetupError(setup.run.join(' '), result.exitCode, (result.stderr || result.stdout).slice(-2000))
    if (inputs !== undefined) await slot.writeNote('setup', { inputs })
  }

  /** What the set-up command reads, by name and object id; undefined when nothing it makes is kept. */
  async #inputs(setup: SetUpCommand): Promise<string | undefined> {
    if ((setup.keep ?? []).length === 0) return undefined
    const entries = await this.#options.slot.entries(setup.inputs ?? lockFiles)
    return entries.map(({ path, oid }) => `${oid} ${path}`).join('\0')
  }
}
