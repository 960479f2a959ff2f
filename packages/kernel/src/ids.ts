import { createHash } from 'node:crypto'
import { z } from 'zod'

const name = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}]+$/u, 'has a control character')

/** A repository, as its users name it; free text without control characters. */
export const repoIdSchema = name(200).brand<'RepoId'>()
export type RepoId = z.infer<typeof repoIdSchema>

/** What patches land on: a full ref (`refs/heads/main`) or `dir:<name>` for a plain directory. */
export const targetNameSchema = name(400).brand<'TargetName'>()
export type TargetName = z.infer<typeof targetNameSchema>

const objectIdPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** A git object id in hex: 40 digits (SHA-1) or 64 (SHA-256). */
export const objectIdSchema = z.string().regex(objectIdPattern, 'is not a git object id').brand<'ObjectId'>()
export type ObjectId = z.infer<typeof objectIdSchema>

/** As {@link objectIdSchema}, for lists of many thousands: a tenth of the time. */
export function isObjectId(text: string): text is ObjectId {
  return objectIdPattern.test(text)
}

/** The digest of a commit's tree and the indexer that read it: 64 hex digits. */
export const indexDigestSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'is not an index version')
  .brand<'IndexDigest'>()
export type IndexDigest = z.infer<typeof indexDigestSchema>

export const patchIdSchema = z.uuid().brand<'PatchId'>()
export type PatchId = z.infer<typeof patchIdSchema>

export const runIdSchema = name(100).brand<'RunId'>()
export type RunId = z.infer<typeof runIdSchema>

export const subtaskIdSchema = name(100).brand<'SubtaskId'>()
export type SubtaskId = z.infer<typeof subtaskIdSchema>

export const workspaceIdSchema = name(100).brand<'WorkspaceId'>()
export type WorkspaceId = z.infer<typeof workspaceIdSchema>

const PATCH_NAMESPACE = 'b9a3f6de-2f0c-5c0e-9a3b-6d1f4f1f7a10'

/**
 * UUID version 5 (RFC 9562, section 5.5): SHA-1 of a namespace and a name, so that the same name has the same id everywhere.
 */
export function uuidV5(value: string, namespace: string = PATCH_NAMESPACE): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(value, 'utf8')
    .digest()
    .subarray(0, 16)
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x50
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** The id of a patch is a function of run, subtask and attempt: proposing twice is once. */
export function patchIdOf(origin: { runId: string; subtaskId: string; attempt: number }): PatchId {
  return patchIdSchema.parse(uuidV5(JSON.stringify([origin.runId, origin.subtaskId, origin.attempt])))
}
