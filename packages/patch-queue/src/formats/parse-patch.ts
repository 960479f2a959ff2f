import type { FileChange, FileVersion } from '@patchlane/kernel'
import { parseBeginPatch } from './begin-patch.ts'
import { type ByteText, splitLines, toByteText } from './byte-text.ts'
import { EmptyPatchError, MalformedPatchError, PatchTooLargeError } from './errors.ts'
import type { FileEdit, ParsedEdits } from './file-edit.ts'
import { type KnownNames, knownNames } from './file-names.ts'
import { parseJsonEdits } from './json-edits.ts'
import { PatchBase } from './patch-base.ts'
import type { PatchFormat } from './patch-format.ts'
import { type Recognised, recognise } from './recognise.ts'
import { resolveEdits } from './resolve-edits.ts'
import { parseSearchReplace } from './search-replace.ts'
import { parseUnifiedDiff } from './unified-diff.ts'
import { parseFileContent, parseWholeFiles } from './whole-files.ts'

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
  const base = new PatchBase(options)
  const asked = options.format ?? 'auto'
  const { format, edits, notes } = await readEdits(whole, asked, options.path, base)
  if (edits.length === 0) throw new EmptyPatchError('it has no edits')
  if (edits.length > maxFiles) throw new PatchTooLargeError(`it has ${edits.length} edits`, `${maxFiles}`)
  const changes = await resolveEdits(edits, {
    base,
    objectFormat: options.objectFormat ?? 'sha1',
    notes,
  })
  if (changes.length === 0) throw new EmptyPatchError('every file it names is already as the patch would make it')
  return { changes, notes: [...new Set(notes)], format }
}

async function readEdits(
  text: ByteText,
  asked: PatchFormat | 'auto',
  path: string | undefined,
  base: PatchBase,
): Promise<{ format: PatchFormat; edits: readonly FileEdit[]; notes: string[] }> {
  // A file may be made empty, or hold anything: only the other formats have a form to look for.
  if (asked === 'whole' && path !== undefined) {
    return { format: 'whole', edits: parseFileContent(text, toByteText(path)).edits, notes: [] }
  }
  if (text.trim() === '') throw new EmptyPatchError('it has no text')
  const known = await knownNames(splitLines(text), base)
  const recognised = recognise(text, asked, known)
  const parsed = await parseBodies(recognised, base, known)
  return { format: recognised.format, edits: parsed.edits, notes: [...recognised.notes, ...parsed.notes] }
}

async function parseBodies({ format, bodies }: Recognised, base: PatchBase, known: KnownNames): Promise<ParsedEdits> {
  const edits: FileEdit[] = []
  const notes: string[] = []
  for (const body of bodies) {
    const parsed = await parseAs(format, body, { base, known, counted: edits.length })
    for (const edit of parsed.edits) edits.push(edit)
    for (const note of parsed.notes) notes.push(note)
  }
  return { edits, notes }
}

async function parseAs(
  format: PatchFormat,
  text: ByteText,
  { base, known, counted }: { base: PatchBase; known: KnownNames; counted: number },
): Promise<ParsedEdits> {
  switch (format) {
    case 'unified':
      return parseUnifiedDiff(text, base)
    case 'search-replace':
      return parseSearchReplace(text, base, known)
    case 'begin-patch':
      return parseBeginPatch(text)
    case 'json':
      return parseJsonEdits(text, counted)
    case 'whole':
      return parseWholeFiles(text, known)
  }
}
