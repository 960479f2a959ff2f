import type { FileChange, FileVersion } from '@patchlane/kernel'
import { parseBeginPatch } from './begin-patch.ts'
import { type ByteText, toByteText } from './byte-text.ts'
import { detectFormat, type PatchFormat, withoutFence } from './detect-format.ts'
import { EmptyPatchError, MalformedPatchError, PatchTooLargeError } from './errors.ts'
import type { ParsedEdits } from './file-edit.ts'
import { parseJsonEdits } from './json-edits.ts'
import { PatchBase } from './patch-base.ts'
import { resolveEdits } from './resolve-edits.ts'
import { parseSearchReplace } from './search-replace.ts'
import { parseUnifiedDiff } from './unified-diff.ts'
import { parseWholeFiles } from './whole-files.ts'

export interface ParsePatchOptions {
  /** @default 'auto' */
  format?: PatchFormat | 'auto'
  /** The file in the commit that the patch declares as its base; null where that commit has none. */
  readBase: (path: string) => Promise<FileVersion | null>
  /** Whether that commit has a folder; where it is not given, only what a patch says itself can tell a prefix from a folder. */
  hasFolder?: (path: string) => Promise<boolean>
  /** With the format `whole`: the text is the content of this file. */
  path?: string
  /** How new blobs are named where no base file tells. @default 'sha1' */
  objectFormat?: 'sha1' | 'sha256'
  /** Longest text that is read, in bytes. @default 67_108_864 */
  maxBytes?: number
  /** Most files a patch may touch. @default 5_000 */
  maxFiles?: number
}

export interface ParsedPatch {
  changes: FileChange[]
  /** Each liberty taken, in a sentence a person can judge. Empty where the patch fitted to the byte. */
  notes: string[]
  format: PatchFormat
}

/**
 * Turns a patch in any of the known formats into full text before and after, against the base it declares. Every edit is
 * found in that base in one place, or the patch is refused: there is no guessing. Tolerated, and said in `notes`: blanks at
 * line ends, wrong line numbers and counts, fences and prose around the patch.
 *
 * @throws {MalformedPatchError} {EmptyPatchError} {PatchFileMissingError} {PatchFileExistsError} {EditNotFoundError}
 * {EditAmbiguousError} {EditsOverlapError} {PatchTooLargeError} {UnsafePathError}
 */
export async function parsePatch(text: string | Uint8Array, options: ParsePatchOptions): Promise<ParsedPatch> {
  const { maxBytes = 64 * 1024 * 1024, maxFiles = 5_000 } = options
  if (text.length > maxBytes) throw new PatchTooLargeError(`its text has ${text.length} bytes`, `${maxBytes} bytes`)
  if (typeof text === 'string' && !text.isWellFormed()) {
    throw new MalformedPatchError('it has half a character (a lone surrogate)', {
      remedy: 'Send valid UTF-8; content that is no text goes into JSON edits with "encoding": "base64".',
    })
  }
  const whole = toByteText(text)
  const { format, body, notes } = recognise(whole, options)
  const base = new PatchBase(options)
  const parsed = await parseAs(format, body, options.path, base)
  if (parsed.edits.length === 0) throw new EmptyPatchError('it has no edits')
  if (parsed.edits.length > maxFiles) throw new PatchTooLargeError(`it has ${parsed.edits.length} edits`, `${maxFiles}`)
  notes.push(...parsed.notes)
  const changes = await resolveEdits(parsed.edits, {
    base,
    objectFormat: options.objectFormat ?? 'sha1',
    notes,
  })
  if (changes.length === 0) throw new EmptyPatchError('every file it names is already as the patch would make it')
  return { changes, notes: [...new Set(notes)], format }
}

function recognise(
  text: ByteText,
  options: ParsePatchOptions,
): { format: PatchFormat; body: ByteText; notes: string[] } {
  const asked = options.format ?? 'auto'
  // A file may be made empty, or hold anything: only the other formats have a form to look for.
  if (asked === 'whole' && options.path !== undefined) return { format: 'whole', body: text, notes: [] }
  if (text.trim() === '') throw new EmptyPatchError('it has no text')
  if (asked !== 'auto' && asked !== 'unified' && asked !== 'json') return { format: asked, body: text, notes: [] }
  const inner = withoutFence(text)
  const innerFormat = inner === undefined ? undefined : detectFormat(inner)
  const fenced = innerFormat === 'unified' || innerFormat === 'json'
  if (inner !== undefined && fenced && !/^(?:diff --git |--- |[ \t]*[[{])/.test(text)) {
    return { format: innerFormat, body: inner, notes: ['the text around the fenced patch was left out'] }
  }
  const format = asked === 'auto' ? detectFormat(text) : asked
  if (format === undefined) throw new MalformedPatchError('its format was not recognised')
  return { format, body: text, notes: [] }
}

async function parseAs(
  format: PatchFormat,
  text: ByteText,
  path: string | undefined,
  base: PatchBase,
): Promise<ParsedEdits> {
  switch (format) {
    case 'unified':
      return parseUnifiedDiff(text, base)
    case 'search-replace':
      return parseSearchReplace(text)
    case 'begin-patch':
      return parseBeginPatch(text)
    case 'json':
      return parseJsonEdits(text)
    case 'whole':
      return parseWholeFiles(text, path === undefined ? undefined : toByteText(path))
  }
}
