import { z } from 'zod'
import { digestJson, type Json } from './digest.ts'
import { objectIdSchema, patchIdSchema, repoIdSchema, runIdSchema, subtaskIdSchema, targetNameSchema } from './ids.ts'
import { repoPathSchema } from './paths.ts'
import { readSetSchema, stampSchema } from './stamp.ts'

/** Regular file, executable file, symbolic link: the only kinds of entry a patch can hold. */
export const fileModeSchema = z.enum(['100644', '100755', '120000'])
export type FileMode = z.infer<typeof fileModeSchema>

/** One state of one file. The content of a symbolic link is its destination. */
export const fileVersionSchema = z.object({
  mode: fileModeSchema,
  oid: objectIdSchema,
  content: z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'is not bytes'),
})
export type FileVersion = z.infer<typeof fileVersionSchema>

/** A change to one file as full text before and after. `before` is the file in the patch's base commit. */
export const fileChangeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('create'), path: repoPathSchema, after: fileVersionSchema }),
  z.object({ kind: z.literal('modify'), path: repoPathSchema, before: fileVersionSchema, after: fileVersionSchema }),
  z.object({ kind: z.literal('delete'), path: repoPathSchema, before: fileVersionSchema }),
  z.object({
    kind: z.literal('rename'),
    path: repoPathSchema,
    from: repoPathSchema,
    before: fileVersionSchema,
    after: fileVersionSchema,
  }),
])
export type FileChange = z.infer<typeof fileChangeSchema>

export const patchAuthorSchema = z.object({
  /** Who made it: an agent's name, or a person's. */
  agent: z.string().min(1).max(200),
  runId: runIdSchema.optional(),
  subtaskId: subtaskIdSchema.optional(),
  attempt: z.number().int().positive().optional(),
})
export type PatchAuthor = z.infer<typeof patchAuthorSchema>

/** A proposal: changes to one or more files against a base commit. */
export const patchSchema = z.object({
  patchId: patchIdSchema,
  repoId: repoIdSchema,
  target: targetNameSchema,
  base: stampSchema,
  author: patchAuthorSchema,
  title: z.string().min(1).max(500),
  description: z.string().max(100_000).default(''),
  changes: z.array(fileChangeSchema).min(1),
  /** `undo` takes a landed patch out again and goes to the front of the queue. */
  kind: z.enum(['change', 'undo']).default('change'),
  undoes: patchIdSchema.optional(),
  /** Higher goes first; among equals, first come first served. */
  priority: z.number().int().min(-1000).max(1000).default(0),
  dependsOn: z.array(patchIdSchema).default([]),
  supersedes: patchIdSchema.optional(),
  /** Landed patches whose work this one means to remove; any other loss of landed work is refused. */
  removesWorkOf: z.array(patchIdSchema).default([]),
  readSet: readSetSchema.optional(),
})
export type Patch = z.infer<typeof patchSchema>
/** What a proposer has to give; the rest has defaults. */
export type PatchInput = z.input<typeof patchSchema>

/** Every path a patch touches, sources of renames included; sorted, each once. */
export function touchedPaths(changes: readonly FileChange[]): string[] {
  const paths = changes.flatMap((change) => (change.kind === 'rename' ? [change.from, change.path] : [change.path]))
  return [...new Set(paths)].sort()
}

/** A digest of exactly what a patch would change, from which state; independent of the order of its files. */
export function contentHash(patch: Pick<Patch, 'base' | 'changes'>): string {
  const changes: Json[] = [...patch.changes]
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .map((change) => ({
      kind: change.kind,
      path: change.path,
      from: change.kind === 'rename' ? change.from : null,
      before: change.kind === 'create' ? null : [change.before.mode, change.before.oid],
      after: change.kind === 'delete' ? null : [change.after.mode, change.after.oid],
    }))
  return digestJson({ base: patch.base.commit, changes })
}
