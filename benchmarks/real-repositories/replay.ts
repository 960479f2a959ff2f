import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { FreshClone } from './fresh-clone.ts'
import type { Proposal } from './proposal.ts'

/** A landed patch: its commit on the target, and what was proposed. */
export interface Landing {
  commit: string
  subtask: string
  proposal: Proposal
}

export interface Replay {
  tree: string
  /** Landings that git alone cannot merge, because one line was changed by two: replayed from the landed commit's own difference. */
  beyondGit: string[]
}

/**
 * Applies the recorded proposals one after the other, in the order of landing, with git alone: each becomes a commit on its own
 * base, and is merged three ways onto what is there. No file of the result and no code of ours takes part.
 */
export function replay(clone: FreshClone, start: string, landings: readonly Landing[]): Replay {
  const beyondGit: string[] = []
  let head = start
  for (const { commit, subtask, proposal } of landings) {
    const proposed = commitTree(clone, applyTo(clone, proposal), proposal.base)
    const merged = mergeTree(clone, proposal.base, head, proposed)
    if (merged === undefined) beyondGit.push(subtask)
    const tree = merged ?? mergeTree(clone, `${commit}^`, head, commit)
    if (tree === undefined) throw new Error(`${subtask} cannot be replayed onto ${head}`)
    head = commitTree(clone, tree, head)
  }
  return { tree: clone.git(['rev-parse', `${head}^{tree}`]), beyondGit }
}

/** The tree that `git apply` makes of a proposal on its base, in an index of its own. */
function applyTo(clone: FreshClone, proposal: Proposal): string {
  const worktree = join(clone.directory, '..', `replay-${proposal.patchId}`)
  clone.git(['worktree', 'add', '--quiet', '--detach', worktree, proposal.base])
  try {
    clone.git(['-C', worktree, 'apply', '--index', '--whitespace=nowarn', '-'], proposal.diff)
    return clone.git(['-C', worktree, 'write-tree'])
  } finally {
    rmSync(worktree, { recursive: true, force: true })
    clone.git(['worktree', 'prune'])
  }
}

/**
 * Three-way merge of three commits' trees; undefined when git finds a conflict. The base is given by a history made for the
 * purpose: `--merge-base` is younger than the oldest git that Patchlane supports.
 */
function mergeTree(clone: FreshClone, base: string, ours: string, theirs: string): string | undefined {
  const root = commitTree(clone, `${base}^{tree}`)
  const [left, right] = [ours, theirs].map((side) => commitTree(clone, `${side}^{tree}`, root))
  const merged = clone.tryGit(['merge-tree', '--write-tree', left ?? '', right ?? ''])
  if (merged.status === 0) return merged.stdout.trim()
  if (merged.status === 1) return undefined
  throw new Error(`git merge-tree ended with ${merged.status}`)
}

function commitTree(clone: FreshClone, tree: string, ...parents: string[]): string {
  const oid = clone.git(['rev-parse', '--verify', tree])
  return clone.git(['commit-tree', oid, ...parents.flatMap((parent) => ['-p', parent]), '-m', 'replay'])
}
