import { fileModeSchema } from '@patchlane/kernel'
import { z } from 'zod'

const path = z.string()
const mode = fileModeSchema.optional()
const replacement = z.strictObject({ path, search: z.string(), replace: z.string(), all: z.boolean().default(false) })
const content = z.strictObject({
  path,
  content: z.string(),
  encoding: z.enum(['utf8', 'base64']).default('utf8'),
  mode,
})
const deletion = z.strictObject({ path, delete: z.literal(true) })
const rename = z.strictObject({ path, rename: z.string(), mode })
const modeChange = z.strictObject({ path, mode: fileModeSchema })

/** One edit as JSON. `replace` needs its `search` to stand in the base exactly once, unless `all` is set. */
export const jsonEditSchema = z.union([replacement, content, deletion, rename, modeChange])
export type JsonEdit = z.input<typeof jsonEditSchema>

/** Each kind by the keys that only it has. */
const KINDS = [
  { keys: ['search', 'replace', 'all'], schema: replacement },
  { keys: ['content', 'encoding'], schema: content },
  { keys: ['delete'], schema: deletion },
  { keys: ['rename'], schema: rename },
  { keys: ['mode'], schema: modeChange },
] as const

/** Whether an object has the keys of an edit, be it a correct one or not. */
export function resemblesEdit(entry: Readonly<Record<string, unknown>>): boolean {
  return 'path' in entry && KINDS.some(({ keys }) => keys.some((key) => key in entry))
}

/** What is wrong with an object that is no edit, by its keys. */
export function problemsOf(entry: Readonly<Record<string, unknown>>): string {
  const kind = KINDS.find(({ keys }) => keys.some((key) => key in entry))
  if (kind === undefined) {
    const keys = Object.keys(entry).map((key) => JSON.stringify(key))
    return `does not say what to do: it has ${keys.length === 0 ? 'no keys' : `only ${keys.join(', ')}`}`
  }
  const { error } = kind.schema.safeParse(entry)
  const problems = (error?.issues ?? []).map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return `has keys that do not belong to it: ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`
    }
    const key = issue.path.join('.')
    return key in entry ? `has a wrong value for "${key}" (${issue.message})` : `lacks "${key}"`
  })
  return problems.length === 0 ? 'is none of the known kinds' : problems.join(' and ')
}
