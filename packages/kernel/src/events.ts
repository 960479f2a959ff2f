import { z } from 'zod'

/** What is announced across processes. `stream` is `patch:<repoId>:<target>`, `approval:<repoId>:<target>`, `run:<runId>` or `index:<repoId>`. */
export const eventDraftSchema = z.object({
  stream: z.string().min(1),
  /** Dotted, subject first: `patch.landed`, `index_version.ready`, `approval.requested`, `run.finished`. */
  type: z.string().regex(/^[a-z_]+(?:\.[a-z_]+)+$/),
  /** The id of what it is about. */
  subject: z.string(),
  data: z.record(z.string(), z.json()).default({}),
})
export type EventDraft = z.input<typeof eventDraftSchema>

/** An event as stored. `seq` is dense and increasing within its stream: a reader that saw n has seen all before n. */
export interface StoredEvent {
  stream: string
  seq: number
  type: string
  subject: string
  data: Record<string, z.infer<ReturnType<typeof z.json>>>
  /** UTC, milliseconds. */
  at: number
}
