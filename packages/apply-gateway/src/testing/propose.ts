import { randomUUID } from 'node:crypto'
import type { GitRepository } from '@patchlane/git'
import {
  type FileChange,
  type ObjectId,
  type Patch,
  type PatchInput,
  parseRepoPath,
  patchSchema,
} from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'

/** A patch against a commit: paths with their new content, null to delete. */
export async function patchOn(
  repository: GitRepository,
  base: ObjectId,
  files: Record<string, string | Uint8Array | null>,
  overrides: Partial<PatchInput> = {},
): Promise<Patch> {
  const changes = await Promise.all(
    Object.entries(files).map(async ([name, content]): Promise<FileChange> => {
      const path = parseRepoPath(name)
      const before = await repository.readFile(base, path)
      if (content === null) {
        if (before === null) throw new Error(`${name} is not in ${base}`)
        return { kind: 'delete', path, before }
      }
      const after = versionOf(content, before?.mode)
      return before === null ? { kind: 'create', path, after } : { kind: 'modify', path, before, after }
    }),
  )
  return patchSchema.parse({
    patchId: randomUUID(),
    repoId: 'repo',
    target: 'refs/heads/main',
    base: { repoId: 'repo', commit: base, indexVersion: null },
    author: { agent: 'tester' },
    title: 'Change files',
    changes,
    ...overrides,
  })
}
