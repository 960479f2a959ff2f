import { randomUUID } from 'node:crypto'
import { blobId } from '../digest.ts'
import { type FileMode, type FileVersion, type Patch, type PatchInput, patchSchema } from '../patch.ts'

/** A file version from text or bytes, with git's id for it. */
export function versionOf(content: string | Uint8Array, mode: FileMode = '100644'): FileVersion {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return { mode, oid: blobId(bytes), content: bytes }
}

/** A small valid patch; override what the test is about. */
export function patchFixture(overrides: Partial<PatchInput> = {}): Patch {
  return patchSchema.parse({
    patchId: randomUUID(),
    repoId: 'repo',
    target: 'refs/heads/main',
    base: { repoId: 'repo', commit: 'a'.repeat(40), indexVersion: null },
    author: { agent: 'tester' },
    title: 'Change one file',
    changes: [{ kind: 'modify', path: 'file.txt', before: versionOf('old\n'), after: versionOf('new\n') }],
    ...overrides,
  })
}
