import type { FileMode, FileVersion } from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'
import type { ParsedPatch, ParsePatchOptions } from '../src/formats/index.ts'
import { parsePatch } from '../src/formats/index.ts'

/** Files of a base commit, held in memory. */
export function baseOf(files: Record<string, string | Uint8Array | [string | Uint8Array, FileMode]>) {
  const versions = new Map<string, FileVersion>(
    Object.entries(files).map(([path, file]) => [
      path,
      Array.isArray(file) ? versionOf(file[0], file[1]) : versionOf(file),
    ]),
  )
  return async (path: string) => versions.get(path) ?? null
}

/** Parses against a base and gives each path's text after; null where it is gone. */
export async function textsAfter(
  text: string,
  files: Parameters<typeof baseOf>[0],
  options: Omit<ParsePatchOptions, 'readBase'> = {},
): Promise<{ texts: Record<string, string | null>; notes: string[]; parsed: ParsedPatch }> {
  const folders = Object.keys(files)
  const parsed = await parsePatch(text, {
    hasFolder: async (folder) => folders.some((path) => path.startsWith(`${folder}/`)),
    ...options,
    readBase: baseOf(files),
  })
  const texts: Record<string, string | null> = {}
  for (const change of parsed.changes) {
    texts[change.path] = change.kind === 'delete' ? null : Buffer.from(change.after.content).toString('utf8')
  }
  return { texts, notes: parsed.notes, parsed }
}
