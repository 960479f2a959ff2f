import { z } from 'zod'
import { problemSchema } from '../wire/index.ts'

/** A patch's id, or an unambiguous beginning of one. */
export const idParams = z.object({ id: z.string().min(4).max(64) })

/** What each route may answer beside its own. */
export const problemResponses = { '4xx': problemSchema, '5xx': problemSchema } as const
