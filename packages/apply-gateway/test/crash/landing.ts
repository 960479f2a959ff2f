import { GitRepository } from '@patchlane/git'
import { objectIdSchema, patchIdSchema, targetNameSchema } from '@patchlane/kernel'
import { GitBranchTarget } from '../../src/git-branch/git-branch-target.ts'
import { Judgement } from '../../src/landing-verdict.ts'

/** A target and one judged commit to land on it. */
export async function openLanding(directory: string, commitId: string) {
  const repository = await GitRepository.open(directory, { fsync: false })
  const target = new GitBranchTarget({ repository, name: targetNameSchema.parse('refs/heads/main'), indexWaitMs: 200 })
  const commit = await repository.readCommit(commitId)
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
    return { fence, verdict, land: () => target.land(verdict, fence) }
  }
  return { repository, target, ready }
}
