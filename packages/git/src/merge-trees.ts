import { type ObjectId, objectIdSchema } from '@patchlane/kernel'

/** One side of a conflicted file. */
export interface ConflictStage {
  mode: string
  oid: ObjectId
}

export interface MergeConflict {
  path: string
  /** `content`, `add/add`, `modify/delete`, `rename/rename`, `rename/delete`, `file/directory`, `binary`, `mode`, `submodule` or what else git calls it. */
  kind: string
  base: ConflictStage | null
  ours: ConflictStage | null
  theirs: ConflictStage | null
  /** git's own sentences about this path. */
  messages: string[]
}

export interface MergeOutcome {
  /** The merged tree; where there are conflicts, its files hold markers. */
  tree: ObjectId
  clean: boolean
  conflicts: MergeConflict[]
  /** Paths that both sides changed and git merged by content. */
  autoMerged: string[]
}

/** Reads the answer of `git merge-tree --write-tree --messages -z`. */
export function parseMergeTree(stdout: Buffer, clean: boolean): MergeOutcome {
  const fields = stdout.toString('utf8').split('\0')
  const tree = objectIdSchema.parse(fields[0]?.trim())
  const conflicts = new Map<string, MergeConflict>()
  let at = 1
  for (; at < fields.length && fields[at] !== ''; at++) {
    const [, mode, oid, stage, path] = /^(\d+) ([0-9a-f]+) ([123])\t(.*)$/s.exec(fields[at] ?? '') ?? []
    if (mode === undefined || path === undefined) break
    const conflict = conflicts.get(path) ?? { path, kind: '', base: null, ours: null, theirs: null, messages: [] }
    const side = { mode, oid: objectIdSchema.parse(oid) }
    if (stage === '1') conflict.base = side
    else if (stage === '2') conflict.ours = side
    else conflict.theirs = side
    conflicts.set(path, conflict)
  }
  const autoMerged: string[] = []
  for (at++; at < fields.length; ) {
    const count = Number(fields[at])
    if (!Number.isInteger(count) || count < 1) break
    const paths = fields.slice(at + 1, at + 1 + count)
    const type = fields[at + 1 + count] ?? ''
    const text = (fields[at + 2 + count] ?? '').trim()
    at += 3 + count
    if (type === 'Auto-merging') autoMerged.push(...paths)
    const kind = /^CONFLICT \((.*)\)$/.exec(type)?.[1]
    if (kind === undefined) continue
    for (const path of paths) {
      const conflict = conflicts.get(path)
      conflict?.messages.push(text)
      if (conflict !== undefined && conflict.kind === '') conflict.kind = kindOf(kind, conflict)
    }
  }
  for (const conflict of conflicts.values()) if (conflict.kind === '') conflict.kind = kindOf('', conflict)
  return { tree, clean, conflicts: [...conflicts.values()], autoMerged }
}

function kindOf(git: string, { base, ours, theirs }: MergeConflict): string {
  if (ours?.mode === '160000' || theirs?.mode === '160000') return 'submodule'
  if (git === 'contents' || git === 'content' || git === '') {
    if (base === null && ours !== null && theirs !== null) return 'add/add'
    if (ours === null || theirs === null) return 'modify/delete'
    return 'content'
  }
  return git === 'distinct modes' ? 'mode' : git
}
