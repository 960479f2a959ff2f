import { mkdir, realpath, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { GitRepository, runGit } from '@patchlane/git'
import {
  type Clock,
  type ObjectId,
  objectIdSchema,
  PatchlaneError,
  systemClock,
  type TargetLease,
  type TargetName,
  targetNameSchema,
} from '@patchlane/kernel'
import { CheckoutOverlapError, HeadMovedError } from '../errors.ts'
import { lstatOrNothing } from '../files.ts'
import { GitBranchTarget } from '../git-branch/git-branch-target.ts'
import type { LandingVerdict } from '../landing-verdict.ts'
import type { Fence, Recovery, Target, VisibleState } from '../target.ts'

export interface DirectoryTargetOptions {
  /** The plain folder that patches are written to. */
  directory: string
  /** Where the shadow repository is kept: outside the folder. Losing it loses the history of landings, not the files. */
  stateDirectory: string
  /** Begins with `dir:`. */
  name: TargetName
  /** Patterns as in `.gitignore`, beside the folder's own: never looked at, never written. @default installed dependencies, `.git` */
  ignore?: readonly string[]
  clock?: Clock
}

const branch = targetNameSchema.parse('refs/heads/target')
const defaultIgnore = ['.git', 'node_modules', '.venv', 'venv', '__pycache__']

/**
 * A plain folder, written in place. A shadow repository, kept elsewhere, gives it commits to stage on and the same journaled landing as a
 * checked-out branch: files move by the same steps, and recovery finishes or undoes them.
 *
 * What people write in the folder *is* the target, so there is no uncommitted work: it is recorded in the shadow when a gateway takes over,
 * and when it is in the way of a landing; the patch is then merged with it.
 */
export class DirectoryTarget implements Target {
  readonly name: TargetName
  readonly repository: GitRepository
  readonly #inner: GitBranchTarget
  readonly #clock: Clock

  private constructor(repository: GitRepository, options: DirectoryTargetOptions) {
    this.name = options.name
    this.repository = repository
    this.#inner = new GitBranchTarget({ repository, name: branch })
    this.#clock = options.clock ?? systemClock
  }

  static async open(options: DirectoryTargetOptions): Promise<DirectoryTarget> {
    const directory = await realpath(options.directory)
    await mkdir(options.stateDirectory, { recursive: true })
    const gitDir = join(await realpath(options.stateDirectory), 'shadow.git')
    if (!relative(directory, gitDir).startsWith('..')) throw new StateInsideError(directory, gitDir)
    await runGit({
      args: ['init', '--quiet', '--initial-branch=target'],
      cwd: directory,
      env: { GIT_DIR: gitDir, GIT_WORK_TREE: directory },
    })
    await mkdir(join(gitDir, 'info'), { recursive: true })
    // Bytes as they are: no line-end conversion, no filters, whatever the folder's own attributes say.
    await writeFile(join(gitDir, 'info', 'attributes'), '* -text -filter -ident -working-tree-encoding\n')
    await writeFile(join(gitDir, 'info', 'exclude'), `${(options.ignore ?? defaultIgnore).join('\n')}\n`)
    const target = new DirectoryTarget(await GitRepository.open(directory, { gitDir }), options)
    if ((await target.repository.tryResolve(branch)) === undefined) await target.adoptWork()
    return target
  }

  head(): Promise<ObjectId> {
    return this.#inner.head()
  }

  takeOver(lease: Pick<TargetLease, 'epoch' | 'owner'>): Promise<Fence> {
    return this.#inner.takeOver(lease)
  }

  async recover(fence: Fence): Promise<Recovery[]> {
    const recoveries = await this.#inner.recover(fence)
    await this.adoptWork()
    return recoveries
  }

  visible(): Promise<VisibleState> {
    return this.#inner.visible()
  }

  ready(): Promise<void> {
    return this.#inner.ready()
  }

  async land(verdict: LandingVerdict, fence: Fence): Promise<void> {
    try {
      await this.#inner.land(verdict, fence)
    } catch (thrown) {
      if (!(thrown instanceof CheckoutOverlapError) || !(await this.adoptWork())) throw thrown
      throw new HeadMovedError(this.name, verdict.base, { cause: thrown })
    }
  }

  /** Records what people wrote as a commit of its own. Ignored files stay unseen. @returns whether there was anything. */
  async adoptWork(): Promise<boolean> {
    const { repository } = this
    const lock = await lstatOrNothing(join(repository.gitDir, 'index.lock'))
    // Somebody lands: what is in the folder just now is half of it.
    if (lock !== undefined) return false
    await repository.git({ args: ['add', '--all', '--', '.'] })
    const { stdout } = await repository.git({ args: ['write-tree'] })
    const tree = objectIdSchema.parse(stdout.trim())
    const old = (await repository.tryResolve(branch)) ?? null
    if (old !== null && (await repository.treeOf(old)) === tree) return false
    const author = { name: 'Somebody', email: 'somebody@patchlane.invalid', at: this.#clock.now() }
    const message = old === null ? 'The folder as it was found' : 'Changes made in the folder'
    const commit = await repository.commitTree({ tree, parents: old === null ? [] : [old], message, author })
    await repository.syncObjects()
    await repository.updateRefs([{ kind: 'update', ref: branch, new: commit, old }], { message: 'patchlane: adopt' })
    return true
  }
}

class StateInsideError extends PatchlaneError {
  readonly code = 'APPLY_GATEWAY_STATE_INSIDE'
  override readonly kind = 'usage'

  constructor(directory: string, state: string) {
    super(`The state folder ${state} is inside ${directory}, which it is to watch.`, {
      remedy: 'Keep the state folder elsewhere.',
    })
  }
}
