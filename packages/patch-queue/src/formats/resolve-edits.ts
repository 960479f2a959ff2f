import {
  blobId,
  type FileChange,
  type FileMode,
  type FileVersion,
  findPathCollisions,
  type RepoPath,
  UnsafePathError,
} from '@patchlane/kernel'
import { type ApplyHunksOptions, applyHunks } from './apply-hunks.ts'
import { applyReplacements } from './apply-replacements.ts'
import { applyDelta, binaryMisfit } from './binary-patch.ts'
import { toBytes, toByteText } from './byte-text.ts'
import { EditNotFoundError, MalformedPatchError, PatchFileExistsError, PatchFileMissingError } from './errors.ts'
import type { BinaryPatch, BlobIds, FileEdit } from './file-edit.ts'
import { joinEdits } from './join-edits.ts'
import type { PatchBase } from './patch-base.ts'

export interface ResolveOptions {
  base: PatchBase
  objectFormat: 'sha1' | 'sha256'
  /** Receives each liberty taken. */
  notes: string[]
}

type Edit = Extract<FileEdit, { kind: 'edit' }>

/** A file as the patch leaves it. */
interface Result {
  readonly path: RepoPath
  /** Null where the patch removes it. */
  readonly after: FileVersion | null
  /** Set for a rename: where it was before. */
  readonly from?: RepoPath
}

/** Applies edits to their base and states each file before and after. Files that would not change are left out. */
export async function resolveEdits(edits: readonly FileEdit[], options: ResolveOptions): Promise<FileChange[]> {
  const plan = joinEdits(edits)
  const base = new Map<string, FileVersion | null>()
  for (const edit of plan) {
    for (const path of edit.kind === 'edit' && edit.from !== undefined ? [edit.path, edit.from] : [edit.path]) {
      if (!base.has(path)) base.set(path, await options.base.read(toByteText(path)))
    }
  }
  // A path is free for a new file if the base lacks it, or the patch itself takes it away.
  const vacated = new Set(plan.flatMap((edit) => vacatedBy(edit)))
  const format = [...base.values()].some((version) => version?.oid.length === 64) ? 'sha256' : options.objectFormat
  const results = plan.map((edit) => resultOf(edit, base, vacated, format, options.notes))
  refuseCollisions(results)
  return results.flatMap((result) => changesOf(result, results, base, options.notes)).sort(byPath)
}

function vacatedBy(edit: FileEdit): string[] {
  if (edit.kind === 'delete') return [edit.path]
  return edit.kind === 'edit' && edit.from !== undefined && edit.keepsSource !== true ? [edit.from] : []
}

function resultOf(
  edit: FileEdit,
  base: ReadonlyMap<string, FileVersion | null>,
  vacated: ReadonlySet<string>,
  format: 'sha1' | 'sha256',
  notes: string[],
): Result {
  const { path } = edit
  const existing = base.get(path) ?? null
  const version = (content: Uint8Array, mode: FileMode): FileVersion => ({
    mode,
    oid: blobId(content, format),
    content,
  })
  switch (edit.kind) {
    case 'write':
      if (existing?.mode === '120000' && edit.mode === undefined) throw textForLink(path)
      return { path, after: version(toBytes(edit.content), edit.mode ?? existing?.mode ?? '100644') }
    case 'create': {
      const content = edit.binary === undefined ? toBytes(edit.content) : createdContent(path, edit.binary)
      if (existing !== null && existing.content.byteLength > 0 && !vacated.has(path))
        throw new PatchFileExistsError(path)
      return { path, after: version(content, edit.mode ?? existing?.mode ?? '100644') }
    }
    case 'delete': {
      if (existing === null) throw new PatchFileMissingError(path)
      // Without the old lines, only the blob's id says what the diff deletes.
      if ((edit.hunks ?? []).length === 0 && edit.oids !== undefined && !existing.oid.startsWith(edit.oids.before)) {
        throw edit.binary === undefined
          ? new EditNotFoundError(path, `blob ${edit.oids.before}, which the diff deletes,`, '')
          : binaryMisfit(path)
      }
      if (edit.hunks !== undefined && edit.hunks.length > 0) {
        const left = applyHunks(path, toByteText(existing.content), edit.hunks, notes)
        if (left !== '') throw new EditNotFoundError(path, 'the whole text that the diff deletes', '')
      }
      return { path, after: null }
    }
    case 'edit':
      return editResult(edit, base, vacated, version, notes)
  }
}

function editResult(
  edit: Edit,
  base: ReadonlyMap<string, FileVersion | null>,
  vacated: ReadonlySet<string>,
  version: (content: Uint8Array, mode: FileMode) => FileVersion,
  notes: string[],
): Result {
  const source = base.get(edit.from ?? edit.path) ?? null
  if (source === null) throw new PatchFileMissingError(edit.from ?? edit.path)
  if (edit.from !== undefined && base.get(edit.path) != null && !vacated.has(edit.path)) {
    throw new PatchFileExistsError(edit.path)
  }
  const mode = edit.mode ?? source.mode
  if (edit.binary !== undefined) checkBinarySource(edit.path, edit.binary, edit.oids, source, notes)
  const after = editedVersion(edit, source, (content) => version(content, mode), notes)
  if (edit.binary !== undefined && edit.oids !== undefined && !after.oid.startsWith(edit.oids.after)) {
    throw binaryMisfit(edit.path, `its result is not blob ${edit.oids.after}`)
  }
  if (edit.oids !== undefined) {
    const { before, after: expected } = edit.oids
    if (!source.oid.startsWith(before)) {
      notes.push(
        `${edit.path}: the diff was made from blob ${before}, the base has ${source.oid.slice(0, before.length)}`,
      )
    } else if (!after.oid.startsWith(expected)) {
      notes.push(`${edit.path}: the result is not blob ${expected}, as the diff says; it was edited by hand or cut`)
    }
  }
  if (edit.keepsSource === true) notes.push(`${edit.path}: taken as a new file, copied from ${edit.from}`)
  return {
    path: edit.path,
    after,
    ...(edit.from === undefined || edit.keepsSource === true ? {} : { from: edit.from }),
  }
}

/** git too takes a binary patch only for the very content it was made from; a delta means nothing on any other. */
function checkBinarySource(
  path: string,
  binary: BinaryPatch,
  oids: BlobIds | undefined,
  source: FileVersion,
  notes: string[],
): void {
  if (oids !== undefined && !source.oid.startsWith(oids.before)) throw binaryMisfit(path)
  const identified = oids !== undefined && oids.before.length === source.oid.length
  if (binary.kind === 'delta' && !identified)
    throw binaryMisfit(path, 'it does not say by a full blob id what it changes')
  if (oids === undefined) notes.push(`${path}: the binary patch does not say what content it was made from`)
}

function createdContent(path: string, binary: BinaryPatch): Uint8Array {
  if (binary.kind === 'delta') throw binaryMisfit(path, 'a new file has no content for a delta')
  return binary.data
}

function textForLink(path: string): MalformedPatchError {
  return new MalformedPatchError(`${path} is a symbolic link in the base, and the text would become its target`, {
    remedy: 'Say the mode 120000 (100644 for a file in its place), or write to the file that the link points to.',
  })
}

/** Line ends of a diff are kept as they are where its blob ids prove them, else fitted to the base. */
function editedVersion(
  edit: Edit,
  source: FileVersion,
  version: (content: Uint8Array) => FileVersion,
  notes: string[],
): FileVersion {
  if (edit.oids !== undefined) {
    const kept: string[] = []
    const after = version(editedContent(edit, source, kept, { keepLineEnds: true }))
    if (after.oid.startsWith(edit.oids.after)) {
      for (const note of kept) notes.push(note)
      return after
    }
  } else if (source.mode === '120000' && edit.mode === undefined && changesText(edit)) {
    notes.push(`${edit.path}: it is a symbolic link; the edit changes its target`)
  }
  return version(editedContent(edit, source, notes, {}))
}

function changesText(edit: Edit): boolean {
  return edit.hunks.length > 0 || (edit.replacements ?? []).length > 0 || edit.binary !== undefined
}

function editedContent(edit: Edit, source: FileVersion, notes: string[], options: ApplyHunksOptions): Uint8Array {
  if (edit.binary !== undefined) return binaryContent(edit.path, edit.binary, source.content)
  const text = toByteText(source.content)
  const { hunks, replacements = [] } = edit
  if (hunks.length > 0 && replacements.length > 0) {
    throw new MalformedPatchError(`it mixes hunks and replacements for ${edit.path}`)
  }
  if (replacements.length > 0) return toBytes(applyReplacements(edit.path, text, replacements, notes))
  return hunks.length > 0 ? toBytes(applyHunks(edit.path, text, hunks, notes, options)) : source.content
}

function binaryContent(path: string, binary: BinaryPatch, before: Uint8Array): Uint8Array {
  return binary.kind === 'literal' ? binary.data : applyDelta(path, before, binary.data)
}

function changesOf(
  result: Result,
  all: readonly Result[],
  base: ReadonlyMap<string, FileVersion | null>,
  notes: string[],
): FileChange[] {
  const { path, after, from } = result
  const before = base.get(path) ?? null
  const source = from === undefined ? null : (base.get(from) ?? null)
  if (from !== undefined && source !== null && after !== null) {
    const taken = all.some((other) => other.path === from)
    if (before === null && !taken) return [{ kind: 'rename', path, from, before: source, after }]
    const gone: FileChange[] = taken ? [] : [{ kind: 'delete', path: from, before: source }]
    return [...gone, before === null ? { kind: 'create', path, after } : { kind: 'modify', path, before, after }]
  }
  // Deleted, but another file takes its place.
  if (after === null) {
    return before === null || all.some((other) => other.path === path && other.after !== null)
      ? []
      : [{ kind: 'delete', path, before }]
  }
  if (before === null) return [{ kind: 'create', path, after }]
  if (before.oid === after.oid && before.mode === after.mode) {
    notes.push(`${path}: already as the patch would make it; left out`)
    return []
  }
  return [{ kind: 'modify', path, before, after }]
}

function refuseCollisions(results: readonly Result[]): void {
  const [collision] = findPathCollisions(results.flatMap((result) => (result.after === null ? [] : [result.path])))
  if (collision === undefined) return
  throw new UnsafePathError(collision[1], `on some systems it is the same file as ${JSON.stringify(collision[0])}`, {
    remedy: 'Rename one of the two.',
  })
}

function byPath(a: FileChange, b: FileChange): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0
}
