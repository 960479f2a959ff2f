import { type PatchStatus, systemClock } from '@patchlane/kernel'
import type { WorkspaceManager } from '@patchlane/workspace'
import type { PipelineStatus } from '../pipeline.ts'
import type { CodeIntelligence } from '../wiring/code-intelligence.ts'
import type { RepositoryContext } from '../wiring/repository-context.ts'
import type { Stores } from '../wiring/stores.ts'

/** Where everything stands, at one glance. Indexes nothing: the stamp is null until somebody did. */
export async function pipelineStatus(parts: {
  context: RepositoryContext
  stores: Stores
  code: CodeIntelligence
  workspaces: WorkspaceManager
}): Promise<PipelineStatus> {
  const { context, stores, code, workspaces } = parts
  const { git, repoId, target, ref } = context
  const head = await git.resolve(ref)
  const [state, tally, waiting, approvals, spaces, runs, versions] = await Promise.all([
    stores.queue.state({ repoId, target }),
    stores.queue.tally({ repoId, target }),
    stores.queue.list({ repoId, target, status: [...open], limit: 1000 }),
    stores.approvals.list({ repoId, target, status: ['pending'], limit: 1000 }),
    workspaces.list(),
    stores.runs.list({ limit: 10 }),
    code.open().then(({ versions }) => stores.indexVersions.find({ repoId, commit: head, indexer: versions.indexer })),
  ])
  const lease = state.lease === null || state.lease.expiresAt <= systemClock.now() ? null : state.lease
  return {
    repoId,
    target,
    head,
    stamp: versions?.digest ? { repoId, commit: head, indexVersion: versions.digest } : null,
    lease: lease === null ? null : { owner: lease.owner, epoch: lease.epoch, expiresAt: lease.expiresAt },
    paused: state.mode === 'paused',
    queue: countByStatus(tally),
    waiting,
    pendingApprovals: approvals.length,
    workspaces: { total: spaces.length, leased: spaces.filter((space) => space.state === 'leased').length },
    runs,
  }
}

const open = ['queued', 'staged', 'checking', 'awaiting_approval'] as const satisfies PatchStatus[]

function countByStatus(tally: ReadonlyMap<PatchStatus, number>): PipelineStatus['queue'] {
  const count = (wanted: PatchStatus) => tally.get(wanted) ?? 0
  return {
    queued: count('queued'),
    staged: count('staged'),
    checking: count('checking'),
    awaiting_approval: count('awaiting_approval'),
    landed: count('landed'),
    conflicted: count('conflicted'),
    rejected: count('rejected'),
    stale: count('stale'),
    broken: count('broken'),
    superseded: count('superseded'),
    withdrawn: count('withdrawn'),
  }
}
