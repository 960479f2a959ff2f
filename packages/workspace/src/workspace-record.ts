import { objectIdSchema, workspaceIdSchema } from '@patchlane/kernel'
import { processIdentitySchema } from '@patchlane/process'
import { z } from 'zod'

/**
 * `preparing`: being made. `idle`: clean, in the pool. `leased`: somebody's. `reclaiming`: a reaper saves and cleans it.
 * Each state but `idle` has an owner and an end, so that a crash in any of them is found.
 */
export const workspaceStatuses = ['preparing', 'idle', 'leased', 'reclaiming'] as const

const time = z.number().nonnegative()

export const workspaceRecordSchema = z.object({
  id: workspaceIdSchema,
  repoId: z.string(),
  /** The machine and folder it belongs to: workspaces of other machines in one store are nobody's business here. */
  home: z.string(),
  directory: z.string(),
  status: z.enum(workspaceStatuses),
  /** What it was last set to; null while it is being made. */
  commit: objectIdSchema.nullable(),
  /** Who works in it, for people. */
  holder: z.string().nullable(),
  /** The process that holds the lease. */
  process: processIdentitySchema.nullable(),
  /** Processes that work in it besides: as long as one lives, it is in use. */
  children: z.array(processIdentitySchema),
  /** Grows with each change of hands; a holder with an older one has lost it. */
  epoch: z.number().int().nonnegative(),
  createdAt: time,
  leasedAt: time.nullable(),
  heartbeatAt: time.nullable(),
  expiresAt: time.nullable(),
  /** On disk, when last measured. */
  sizeBytes: z.number().nonnegative().nullable(),
  /** Where the latest work saved from it is. */
  rescueRef: z.string().nullable(),
})
/** What a store knows of one workspace. Times are UTC in milliseconds, by the store's clock. */
export type WorkspaceRecord = z.infer<typeof workspaceRecordSchema>

export type WorkspaceChange = Partial<Omit<WorkspaceRecord, 'id' | 'repoId' | 'home' | 'directory' | 'createdAt'>>
