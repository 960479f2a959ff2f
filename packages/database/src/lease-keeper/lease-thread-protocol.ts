import { z } from 'zod'

const leaseSchema = z.object({
  repoId: z.string(),
  target: z.string(),
  owner: z.string(),
  epoch: z.number(),
  expiresAt: z.number(),
})

/** How the thread opens the store: what `openDatabase` takes, as far as it can be sent. */
export const threadStoreSchema = z.union([
  z.object({ file: z.string(), synchronous: z.literal('NORMAL') }),
  z.object({ url: z.string(), schema: z.string(), maxConnections: z.number() }),
])
export type ThreadStore = z.infer<typeof threadStoreSchema>

export const threadDataSchema = z.object({
  store: threadStoreSchema,
  /** One counter that the main thread's event loop raises. */
  pulse: z.instanceof(SharedArrayBuffer),
  maxBlockedMs: z.number(),
})

export type ThreadData = z.infer<typeof threadDataSchema>

/** What the main thread asks for. */
export const orderSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('keep'), id: z.number(), lease: leaseSchema, ttlMs: z.number() }),
  z.object({ type: z.literal('stop'), id: z.number() }),
  z.object({ type: z.literal('close') }),
])
export type Order = z.infer<typeof orderSchema>

/** What the thread says. */
export const reportSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('renewed'), id: z.number() }),
  z.object({ type: z.literal('lost'), id: z.number(), reason: z.string().nullable() }),
  z.object({ type: z.literal('ready') }),
])
export type Report = z.infer<typeof reportSchema>
