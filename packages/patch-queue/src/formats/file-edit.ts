import type { FileMode, RepoPath } from '@patchlane/kernel'
import type { ByteText } from './byte-text.ts'

/** One line of a hunk: kept, removed or added, with its line end. */
export interface HunkLine {
  readonly op: ' ' | '-' | '+'
  readonly text: ByteText
}

/** Lines to find in the base and what becomes of them. */
export interface Hunk {
  readonly lines: readonly HunkLine[]
  /** The first line in the base, counted from 0, as the patch claims it. */
  readonly at?: number
  /** Lines that stand before the place, outermost first (`@@ class Shop`). */
  readonly anchors?: readonly ByteText[]
  /** The place is at the end of the file. */
  readonly atEnd?: boolean
  /** How messages name it: `hunk 2`, `block 1`. */
  readonly name: string
}

/** A piece of text, possibly less than a line, to be replaced where it stands. */
export interface Replacement {
  readonly search: ByteText
  readonly replace: ByteText
  /** Replace each occurrence instead of demanding one. */
  readonly all: boolean
  readonly name: string
}

/** `0..1` of git's binary patch: the whole content, or instructions over the old content. */
export interface BinaryPatch {
  readonly kind: 'literal' | 'delta'
  readonly data: Uint8Array
}

/** Leading digits of the blob id that an edit was made from, and of the one it leads to. */
export interface BlobIds {
  readonly before: string
  readonly after: string
}

/** What a format's parser makes of its text, before the base is looked at. */
export type FileEdit =
  | { readonly kind: 'write'; readonly path: RepoPath; readonly content: ByteText; readonly mode?: FileMode }
  | {
      readonly kind: 'delete'
      readonly path: RepoPath
      readonly hunks?: readonly Hunk[]
      readonly binary?: BinaryPatch
      readonly oids?: BlobIds
    }
  | {
      readonly kind: 'edit'
      readonly path: RepoPath
      /** Where the content comes from, if not from `path`. */
      readonly from?: RepoPath
      /** `from` stays (a copy). */
      readonly keepsSource?: boolean
      readonly hunks: readonly Hunk[]
      readonly replacements?: readonly Replacement[]
      readonly binary?: BinaryPatch
      readonly mode?: FileMode
      readonly oids?: BlobIds
    }
  | {
      readonly kind: 'create'
      readonly path: RepoPath
      readonly content: ByteText
      readonly mode?: FileMode
      readonly binary?: BinaryPatch
    }

/** The result of a format's parser. */
export interface ParsedEdits {
  readonly edits: readonly FileEdit[]
  /** Each liberty taken in reading the text. */
  readonly notes: readonly string[]
}
