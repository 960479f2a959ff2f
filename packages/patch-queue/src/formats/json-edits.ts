import { fileModeSchema } from '@patchlane/kernel'
import { z } from 'zod'
import { type ByteText, toByteText, toReadable } from './byte-text.ts'
import { MalformedPatchError } from './errors.ts'
import type { FileEdit, ParsedEdits } from './file-edit.ts'
import { patchPath } from './patch-path.ts'

const mode = fileModeSchema.optional()

/** One edit as JSON. `replace` needs its `search` to stand in the base exactly once, unless `all` is set. */
export const jsonEditSchema = z.union([
  z.strictObject({ path: z.string(), search: z.string(), replace: z.string(), all: z.boolean().default(false) }),
  z.strictObject({ path: z.string(), content: z.string(), encoding: z.enum(['utf8', 'base64']).default('utf8'), mode }),
  z.strictObject({ path: z.string(), delete: z.literal(true) }),
  z.strictObject({ path: z.string(), rename: z.string(), mode }),
  z.strictObject({ path: z.string(), mode: fileModeSchema }),
])
export type JsonEdit = z.input<typeof jsonEditSchema>

/** The other names under which tools send the same things. */
const SAME_NAMES: Readonly<Record<string, string>> = {
  file: 'path',
  file_path: 'path',
  filePath: 'path',
  filename: 'path',
  old_string: 'search',
  oldString: 'search',
  old_text: 'search',
  oldText: 'search',
  old: 'search',
  find: 'search',
  new_string: 'replace',
  newString: 'replace',
  new_text: 'replace',
  newText: 'replace',
  new: 'replace',
  replace_all: 'all',
  replaceAll: 'all',
}

const loose = z.record(z.string(), z.unknown())
const envelope = z.union([z.array(loose), z.looseObject({ edits: z.array(loose) })])

/** Reads edits as JSON: a list, `{"edits": [...]}`, or one edit alone. @throws {MalformedPatchError} */
export function parseJsonEdits(text: ByteText): ParsedEdits {
  const notes: string[] = []
  const edits = listOf(parseJson(text)).map((entry, index): FileEdit => {
    const parsed = jsonEditSchema.safeParse(rename(entry, notes))
    if (parsed.success) return editOf(parsed.data, `edit ${index + 1}`)
    throw new MalformedPatchError(`edit ${index + 1} is none of the known kinds`, {
      remedy:
        'Use {"path","search","replace"}, {"path","content"}, {"path","delete":true}, {"path","rename"} or {"path","mode"}.',
      cause: parsed.error,
    })
  })
  return { edits, notes }
}

function parseJson(text: ByteText): unknown {
  try {
    return JSON.parse(toReadable(text))
  } catch (cause) {
    throw new MalformedPatchError('it is not valid JSON', { cause })
  }
}

function listOf(value: unknown): Record<string, unknown>[] {
  const many = envelope.safeParse(value)
  if (many.success) return Array.isArray(many.data) ? many.data : many.data.edits
  const one = loose.safeParse(value)
  if (one.success) return [one.data]
  throw new MalformedPatchError('its JSON is neither an edit nor a list of edits', { cause: many.error })
}

function rename(entry: Record<string, unknown>, notes: string[]): Record<string, unknown> {
  const renamed = Object.entries(entry).map(([key, value]): [string, unknown] => {
    const name = Object.hasOwn(SAME_NAMES, key) ? SAME_NAMES[key] : undefined
    if (name === undefined || name in entry) return [key, value]
    const note = `"${key}" was read as "${name}"`
    if (!notes.includes(note)) notes.push(note)
    return [name, value]
  })
  return Object.fromEntries(renamed)
}

function editOf(edit: z.output<typeof jsonEditSchema>, name: string): FileEdit {
  const path = patchPath(toByteText(edit.path))
  if ('search' in edit) {
    const replace = toByteText(edit.replace)
    if (edit.search === '') return { kind: 'create', path, content: replace }
    const replacement = { search: toByteText(edit.search), replace, all: edit.all, name }
    return { kind: 'edit', path, hunks: [], replacements: [replacement] }
  }
  const withMode = 'mode' in edit && edit.mode !== undefined ? { mode: edit.mode } : {}
  if ('content' in edit) {
    const content =
      edit.encoding === 'base64' ? Buffer.from(edit.content, 'base64').toString('latin1') : toByteText(edit.content)
    return { kind: 'write', path, content, ...withMode }
  }
  if ('delete' in edit) return { kind: 'delete', path }
  if ('rename' in edit)
    return { kind: 'edit', path: patchPath(toByteText(edit.rename)), from: path, hunks: [], ...withMode }
  return { kind: 'edit', path, hunks: [], ...withMode }
}
