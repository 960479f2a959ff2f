import { sql } from 'kysely'
import { z } from 'zod'
import type { FileRow } from './patch-rows.ts'

const base64 = z.string().transform((text) => new Uint8Array(Buffer.from(text, 'base64')))

const filesSchema = z.array(
  z.object({
    patch_id: z.string(),
    ordinal: z.number(),
    path: z.string(),
    change: z.string(),
    from_path: z.string().nullable(),
    base_mode: z.string().nullable(),
    base_oid: z.string().nullable(),
    base_content: base64.nullable(),
    mode: z.string().nullable(),
    oid: z.string().nullable(),
    new_content: base64.nullable(),
  }),
)

/** Rows of `patch_files` as one JSON text, on Postgres; no rows are null. Base64 is shorter than the hexadecimal digits in which the server sends bytes. */
export const filesAsJson = sql<string | null>`
  json_agg(json_build_object(
    'patch_id', patch_id, 'ordinal', ordinal, 'path', path, 'change', change, 'from_path', from_path, 'base_mode', base_mode, 'base_oid', base_oid,
    'base_content', encode(base_content, 'base64'), 'mode', mode, 'oid', oid, 'new_content', encode(new_content, 'base64')
  ) order by ordinal)::text
`

export function parseFiles(json: string | null): FileRow[] {
  return json === null ? [] : filesSchema.parse(JSON.parse(json))
}
