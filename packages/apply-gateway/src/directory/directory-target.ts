import { mkdir, readFile, realpath } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { GitRepository, removeDeadLocks, runGit } from '@patchlane/git'
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
import { CheckoutBusyError, CheckoutOverlapError, HeadMovedError } from '../errors.ts'
import { lstatOrNothing, removeFile, syncFile, syncFolder, writeFileDurably } from '../files.ts'
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
    await makeShadow(directory, gitDir)
    await writeIfChanged(join(gitDir, 'info', 'exclude'), `${(options.ignore ?? defaultIgnore).join('\n')}\n`)
    const target = new DirectoryTarget(await GitRepository.open(directory, { gitDir }), options)
    try {
      await target.#begin()
      return target
    } catch (thrown) {
      await target.repository.close()
      throw thrown
    }
  }

  head(): Promise<ObjectId> {
    return this.#inner.head()
  }

  takeOver(lease: Pick<TargetLease, 'epoch' | 'owner'>): Promise<Fence> {
    return this.#inner.takeOver(lease)
  }

  /** The branch of the shadow that stands for the folder. */
  get ref(): TargetName {
    return branch
  }

  /** Takes what people wrote into the target, unless somebody lands just now, who will do it. */
  async adopt(): Promise<void> {
    await this.#adoptWork().catch((thrown: unknown) => {
      const code = PatchlaneError.is(thrown) ? thrown.code : ''
      if (!['GIT_COMMAND_FAILED', 'GIT_REF_MOVED', 'GIT_REF_LOCKED'].includes(code)) throw thrown
    })
  }

  async recover(fence: Fence): Promise<Recovery[]> {
    const recoveries = await this.#inner.recover(fence)
    await this.#unlock()
    await this.#adoptWork(fence)
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
      if (!(thrown instanceof CheckoutOverlapError) || !(await this.#adoptWork(fence))) throw thrown
      throw new HeadMovedError(this.name, verdict.base, { cause: thrown })
    }
  }

  /** Records what is in a folder that is a target for the first time. */
  async #begin(): Promise<void> {
    const { repository } = this
    if ((await repository.tryResolve(branch)) !== undefined) return
    await this.#unlock()
    await this.#adoptWork().catch(async (thrown: unknown) => {
      // Somebody else opened it first, at the same moment.
      if ((await repository.tryResolve(branch)) === undefined) throw thrown
    })
  }

  /** Nobody but gateways works on the shadow, and this one has the fence: a lock in it is of a dead one's git. */
  async #unlock(): Promise<void> {
    const { gitDir } = this.repository
    const locks = ['index.lock', 'HEAD.lock', 'config.lock', `${branch}.lock`].map((lock) => join(gitDir, lock))
    const held = await removeDeadLocks({ locks, directories: [gitDir] })
    if (held.length > 0) throw new CheckoutBusyError(`another process holds ${held.join(', ')}`)
  }

  /**
   * Records what people wrote as a commit of its own. Ignored files stay unseen.
   *
   * @returns whether there was anything.
   */
  async #adoptWork(fence?: Fence): Promise<boolean> {
    const { repository } = this
    const lock = await lstatOrNothing(join(repository.gitDir, 'index.lock'))
    // Somebody lands: what is in the folder just now is half of it.
    if (lock !== undefined) return false
    const tree = await this.#lookAtFolder()
    const old = (await repository.tryResolve(branch)) ?? null
    const oldTree = old === null ? null : await repository.treeOf(old)
    if (oldTree === tree) return false
    await repository.adoptTree(oldTree, tree)
    const author = { name: 'Somebody', email: 'somebody@patchlane.invalid', at: this.#clock.now() }
    const message = old === null ? 'The folder as it was found' : 'Changes made in the folder'
    const commit = await repository.commitTree({ tree, parents: old === null ? [] : [old], message, author })
    await repository.syncObjects()
    await this.#inner.advance({ old, new: commit }, fence)
    return true
  }

  /** The folder as a tree. The index only saves reading everything: one that a power cut spoiled is made anew. */
  async #lookAtFolder(): Promise<ObjectId> {
    const { repository } = this
    await this.#addAll().catch(async (thrown: unknown) => {
      if (!/index file|index uses|bad signature|bad index/i.test(stderrOf(thrown))) throw thrown
      await removeFile(join(repository.gitDir, 'index'))
      await this.#addAll()
    })
    const { stdout } = await repository.git({ args: ['write-tree'] })
    return objectIdSchema.parse(stdout.trim())
  }

  /** git takes a repository inside for a link to its commit, and gives up at one that has none yet: it is left out. */
  async #addAll(): Promise<void> {
    const without: string[] = []
    for (;;) {
      const excluded = without.map((path) => `:(exclude,top,literal)${path}`)
      try {
        await this.repository.git({ args: ['add', '--all', '--', '.', ...excluded] })
        return
      } catch (thrown) {
        const path = /error: '(.*)\/' does not have a commit checked out/.exec(stderrOf(thrown))?.[1]
        if (path === undefined || without.includes(path)) throw thrown
        without.push(path)
      }
    }
  }
}

function stderrOf(thrown: unknown): string {
  return PatchlaneError.is(thrown) && 'stderr' in thrown ? String(thrown.stderr) : ''
}

/** Bytes as they are: no line-end conversion, no filters, whatever the folder's own attributes say. */
const shadowAttributes = '* -text -filter -ident -working-tree-encoding\n'

/** Makes the shadow repository, unless it is there. The attributes come last and stay, so that what has them is whole. */
async function makeShadow(directory: string, gitDir: string): Promise<void> {
  const attributes = join(gitDir, 'info', 'attributes')
  if ((await readFile(attributes, 'utf8').catch(() => '')) === shadowAttributes) return
  const locks = ['config.lock', 'HEAD.lock'].map((lock) => join(gitDir, lock))
  const held = await removeDeadLocks({ locks, directories: [gitDir] })
  if (held.length > 0) throw new CheckoutBusyError(`another process holds ${held.join(', ')}`)
  // What a kill or a power cut left of an earlier attempt.
  for (const name of ['config', 'HEAD']) await removeFile(join(gitDir, name))
  const env = { GIT_DIR: gitDir, GIT_WORK_TREE: directory }
  await runGit({ args: ['init', '--quiet', '--initial-branch=target', '--template='], cwd: directory, env })
  await mkdir(join(gitDir, 'info'), { recursive: true })
  for (const name of ['config', 'HEAD']) await syncFile(join(gitDir, name))
  for (const folder of ['objects', 'refs', '.', '..']) await syncFolder(join(gitDir, folder))
  await writeFileDurably(attributes, shadowAttributes)
}

async function writeIfChanged(file: string, content: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) !== content) await writeFileDurably(file, content)
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
