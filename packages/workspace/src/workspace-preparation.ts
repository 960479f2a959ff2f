import type { GitRepository } from '@patchlane/git'
import { runProcess } from '@patchlane/process'
import { linkDependencies } from './dependencies/link-dependencies.ts'
import { WorkspaceSetupError } from './errors.ts'
import type { Slot } from './slot.ts'

export interface SetUpCommand {
  /** Program and arguments; never a shell line. */
  run: readonly string[]
  /** Patterns of ignored files it makes, which cleaning then leaves for the next holder; without any it runs for every lease. */
  keep?: readonly string[]
  /** @default 600_000 */
  timeoutMs?: number
}

/** Brings what a checkout alone does not have: dependencies, and what the project's own command makes. */
export class WorkspacePreparation {
  readonly #options: {
    repository: GitRepository
    slot: Slot
    dependencies: 'share' | 'copy' | 'none'
    setup?: SetUpCommand
  }

  constructor(options: {
    repository: GitRepository
    slot: Slot
    dependencies: 'share' | 'copy' | 'none'
    setup?: SetUpCommand
  }) {
    this.#options = options
  }

  async run({ fresh }: { fresh: boolean }): Promise<void> {
    await this.dependencies()
    const { setup } = this.#options
    if (setup !== undefined && (fresh || (setup.keep ?? []).length === 0)) await this.#setUp(setup)
  }

  async dependencies(): Promise<void> {
    const { repository, slot, dependencies: mode } = this.#options
    if (mode === 'none' || repository.workTree === null) return
    const { linked } = await linkDependencies({
      from: repository.workTree,
      to: slot.directory,
      mode,
      folders: await this.#packageFolders(),
    })
    await slot.exclude(linked)
  }

  async #packageFolders(): Promise<string[]> {
    const names = ['package.json', 'pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt']
    const patterns = names.map((name) => `:(glob)**/${name}`)
    const { stdout } = await this.#options.slot.git(['ls-files', '-z', '--', ...patterns])
    const folders = stdout.split('\0').map((path) => path.slice(0, Math.max(0, path.lastIndexOf('/'))))
    return [...new Set(folders)]
  }

  async #setUp({ run, timeoutMs = 600_000 }: SetUpCommand): Promise<void> {
    const [file, ...args] = run
    if (file === undefined) return
    const result = await runProcess({ file, args, cwd: this.#options.slot.directory, timeoutMs })
    if (result.exitCode !== 0)
      throw new WorkspaceSetupError(run.join(' '), result.exitCode, (result.stderr || result.stdout).slice(-2000))
  }
}
