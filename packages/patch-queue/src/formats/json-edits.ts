import { z } from 'zod'
import { type ByteText, toBytes, toByteText } from './byte-text.ts'
import { MalformedPatchError } from './errors.ts'
import type { FileEdit, ParsedEdits } from './file-edit.ts'
import { jsonEditSchema, problemsOf, resemblesEdit } from './json-kinds.ts'
import { patchPath } from './patch-path.ts'

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

const WELL_FORMED = 'Send the text as valid UTF-8, or the whole content with "encoding": "base64".'

/**
 * Reads edits as JSON: a list, `{"edits": [...]}`, or one edit alone; `counted` edits of the same letter came before.
 * @throws {MalformedPatchError}
 */
export function parseJsonEdits(text: ByteText, counted = 0): ParsedEdits {
  const notes: string[] = []
  const edits = listOf(parseJson(text), notes).map((entry, index): FileEdit => {
    const name = `edit ${counted + index + 1}`
    const renamed = rename(entry, name, notes)
    const parsed = jsonEditSchema.safeParse(renamed)
    if (parsed.success) return editOf(parsed.data, name)
    throw new MalformedPatchError(`${name} ${problemsOf(renamed)}`, {
      remedy:
        'Use {"path","search","replace"}, {"path","content"}, {"path","delete":true}, {"path","rename"} or {"path","mode"}.',
      cause: parsed.error,
    })
  })
  return { edits, notes }
}

/** Whether a text looks like edits as JSON: by the keys of an edit, by a path alone, as broken JSON, or not at all. */
export function jsonLikeness(text: ByteText): 'edits' | 'paths' | 'broken' | 'other' {
  let entries: Record<string, unknown>[]
  try {
    entries = listOf(parseJson(text), []).map((entry) => rename(entry, 'an edit', []))
  } catch (error) {
    if (error instanceof MalformedPatchError) return 'broken'
    throw error
  }
  if (entries.some(resemblesEdit)) return 'edits'
  return entries.some((entry) => 'path' in entry) ? 'paths' : 'other'
}

function parseJson(text: ByteText): unknown {
  let readable: string
  try {
    readable = new TextDecoder('utf-8', { fatal: true }).decode(toBytes(text))
  } catch (cause) {
    throw new MalformedPatchError('its JSON is not valid UTF-8', { remedy: WELL_FORMED, cause })
  }
  try {
    return JSON.parse(readable)
  } catch (cause) {
    throw new MalformedPatchError('it is not valid JSON', { cause })
  }
}

function listOf(value: unknown, notes: string[]): Record<string, unknown>[] {
  const many = envelope.safeParse(value)
  if (many.success) {
    if (Array.isArray(many.data)) return many.data
    const { edits, ...others } = many.data
    for (const key of Object.keys(others)) notes.push(`${JSON.stringify(key)} beside the edits was left out`)
    return edits
  }
  const one = loose.safeParse(value)
  if (one.success) return [one.data]
  throw new MalformedPatchError('its JSON is neither an edit nor a list of edits', { cause: many.error })
}

function rename(entry: Record<string, unknown>, edit: string, notes: string[]): Record<string, unknown> {
  const renamed = Object.entries(entry).map(([key, value]): [string, unknown] => {
    const name = Object.hasOwn(SAME_NAMES, key) ? SAME_NAMES[key] : undefined
    if (name === undefined || name in entry) return [key, value]
    const note = `"${key}" was read as "${name}"`
    if (!notes.includes(note)) notes.push(note)
    return [name, value]
  })
  const [twice] = renamed.map(([key]) => key).filter((key, index, keys) => keys.indexOf(key) !== index)
  if (twice !== undefined) throw new MalformedPatchError(`${edit} says "${twice}" under several names`)
  return Object.fromEntries(renamed)
}

function editOf(edit: z.output<typeof jsonEditSchema>, name: string): FileEdit {
  const lone = Object.entries(edit).find(([, value]) => typeof value === 'string' && !value.isWellFormed())
  if (lone !== undefined) {
    throw new MalformedPatchError(`${name} has half a character (a lone surrogate) in "${lone[0]}"`, {
      remedy: WELL_FORMED,
    })
  }
  const path = patchPath(toByteText(edit.path))
  if ('search' in edit) {
    const replace = toByteText(edit.replace)
    if (edit.search === '') return { kind: 'create', path, content: replace }
    const replacement = { search: toByteText(edit.search), replace, all: edit.all, name }
    return { kind: 'edit', path, hunks: [], replacements: [replacement] }
  }
  const withMode = 'mode' in edit && edit.mode !== undefined ? { mode: edit.mode } : {}
  if ('content' in edit) {
    const content = edit.encoding === 'base64' ? fromBase64(edit.content, name) : toByteText(edit.content)
    return { kind: 'write', path, content, ...withMode }
  }
  if ('delete' in edit) return { kind: 'delete', path }
  if ('rename' in edit)
    return { kind: 'edit', path: patchPath(toByteText(edit.rename)), from: path, hunks: [], ...withMode }
  return { kind: 'edit', path, hunks: [], ...withMode }
}

/** The decoder of the platform passes over what is not base 64; here that would be lost content. */
function fromBase64(text: string, name: string): ByteText {
  const bare = text.replace(/[\r\n]/g, '')
  const bytes = Buffer.from(bare, 'base64')
  if (bytes.toString('base64') === bare) return bytes.toString('latin1')
  throw new MalformedPatchError(`the content of ${name} is not valid base 64`, {
    remedy: 'Encode it with the standard alphabet and padding, or send it as text.',
  })
}
