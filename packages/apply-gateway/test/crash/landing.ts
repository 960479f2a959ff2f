import { join } from 'node:path'
import { GitRepository } from '@patchlane/git'
import { type ObjectId, objectIdSchema, patchIdSchema, targetNameSchema } from '@patchlane/kernel'
import { DirectoryTarget } from '../../src/directory/directory-target.ts'
import { GitBranchTarget } from '../../src/git-branch/git-branch-target.ts'
import { Judgement } from '../../src/landing-verdict.ts'

export type TargetKind = 'branch' | 'directory'

/** The target in a scene: its files are in `folder`. */
export async function openTarget(root: string, kind: TargetKind) {
  const directory = join(root, 'folder')
  if (kind === 'directory') {
    const name = targetNameSchema.parse('dir:scene')
    return DirectoryTarget.open({ directory, stateDirectory: join(root, 'state'), name })
  }
  const repository = await GitRepository.open(directory)
  const name = targetNameSchema.parse('refs/heads/main')
  return new GitBranchTarget({ repository, name, indexWaitMs: 200, refLockRetries: 2 })
}

/** A target and one judged commit to land on it; `stage` may make the commit first. */
export async function openLanding(
  root: string,
  kind: TargetKind,
  commitId: string,
  stage?: (repository: GitRepository, head: ObjectId) => Promise<unknown>,
) {
  const target = await openTarget(root, kind)
  const { repository } = target
  const read = async () => {
    await stage?.(repository, await target.head())
    return repository.readCommit(commitId)
  }
  const commit = await read().catch(async (thrown: unknown) => {
    await repository.close()
    throw thrown
  })
  const ready = async (epoch: number) => {
    const judgement = new Judgement(
      {
        patchId: patchIdSchema.parse('33333333-3333-4333-8333-333333333333'),
        base: objectIdSchema.parse(commit.parents[0]),
        commit: commit.oid,
        tree: commit.tree,
      },
      { checks: [], approval: false },
    )
    judgement.preserved(commit.tree)
    const verdict = judgement.conclude()
    const fence = await target.takeOver({ epoch, owner: `writer-${epoch}` })
    // A branch as by a gateway that has waited for work, its git processes started ahead; a folder as by one that is busy.
    if (kind === 'branch') await target.ready()
    return { fence, verdict, land: () => target.land(verdict, fence) }
  }
  return { repository, target, ready }
}

/** Takes the scene over and mends it, as the next gateway would. */
export async function recoverScene(root: string, kind: TargetKind, epoch: number) {
  const target = await openTarget(root, kind)
  try {
    return await target.recover(await target.takeOver({ epoch, owner: `recoverer-${epoch}` }))
  } finally {
    await target.repository.close()
  }
}
