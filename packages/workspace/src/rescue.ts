import type { GitRepository } from '@patchlane/git'
import type { ObjectId } from '@patchlane/kernel'
import type { GitWorktreeAdapter } from './git-worktree-adapter.ts'
import type { WorkspaceRecord } from './workspace-record.ts'

/** What would be lost if a workspace were cleaned. */
export interface Work {
  tree: ObjectId
  /** The base, and what the agent committed if its HEAD holds more. */
  parents: ObjectId[]
}

/**
 * What is in a workspace beyond its base: changed files, commits at its HEAD. Undefined when there is nothing.
 *
 * @throws {WorkspaceCaptureError} when something could not be saved: git does not store a repository inside a repository.
 */
export async function findWork(options: {
  repository: GitRepository
  adapter: GitWorktreeAdapter
  id: string
  commit: ObjectId
}): Promise<Work | undefined> {
  const work = await readWork(options)
  const same = work.tree === (await options.repository.treeOf(options.commit))
  return same && work.parents.length === 1 ? undefined : work
}

/** As {@link findWork}, with the base's own tree where nothing was changed. */
export async function readWork({
  repository,
  adapter,
  id,
  commit,
}: {
  repository: GitRepository
  adapter: GitWorktreeAdapter
  id: string
  commit: ObjectId
}): Promise<Work> {
  const slot = adapter.slot(id)
  const { tree } = await adapter.captureTree(slot, commit)
  const head = (await adapter.headOf(slot)) ?? commit
  const ahead = !(await repository.isAncestor(head, commit))
  return { tree, parents: ahead ? [commit, head] : [commit] }
}

/** Keeps work as a commit under `refs/patchlane/rescue/`; durable when this returns. */
export async function saveWork(options: {
  repository: GitRepository
  record: WorkspaceRecord
  work: Work
}): Promise<string> {
  const { repository, record, work } = options
  const at = Date.now()
  const saved = await repository.commitTree({
    ...work,
    message: `Work left in workspace ${record.id}${record.holder === null ? '' : ` by ${record.holder}`}\n`,
    author: { name: 'patchlane', email: 'patchlane@localhost', at },
  })
  await repository.syncObjects()
  const ref = `refs/patchlane/rescue/${record.id}-${at}`
  await repository.updateRefs([{ kind: 'update', ref, new: saved, old: null }], { message: 'rescue' })
  return ref
}
