import { digestJson, type IndexDigest, indexDigestSchema, sha256 } from '@patchlane/kernel'
import { extractorVersion } from '@patchlane/syntax'
import { DOCUMENT_REVISION, MAX_BLOB_BYTES, readingOf } from './extract-document.ts'
import type { TreeFile } from './tree-reader.ts'

/** Raise it when the form of the files changes, or which files of a tree are indexed. */
const SCHEMA = 2

/** What an index depends on beside the tree. Two programs of the same version make the same index of the same tree. */
export async function indexerVersion(): Promise<string> {
  return digestJson({
    schema: SCHEMA,
    document: DOCUMENT_REVISION,
    maxBlobBytes: MAX_BLOB_BYTES,
    syntax: await extractorVersion(),
  })
}

/** A tree's index version: a digest of the indexer and of every path, mode and blob. Equal trees have equal versions, in any commit. */
export function treeDigest(version: string, files: readonly TreeFile[]): IndexDigest {
  const lines = files.map(({ path, mode, oid }) => `${path}\0${mode}\0${oid}`).sort()
  return indexDigestSchema.parse(sha256(`${version}\n${lines.join('\n')}\n`))
}

/** The key of a document: the blob and the way its path asks to read it. */
export function documentKey(file: TreeFile): string {
  return file.oid + readingOf(file.path).toString(16).padStart(2, '0')
}
