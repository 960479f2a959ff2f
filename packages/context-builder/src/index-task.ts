import type { Language } from '@patchlane/syntax'
import type { BlobToRead } from './extract-document.ts'

/**
 * What a thread is told, and what it answers:
 *
 * - load these grammars, while there is nothing to read yet: nothing;
 * - read these blobs: the segment it has been filling if that is large enough, else nothing;
 * - hand over the rest: that segment, if there is one.
 */
export type IndexTask = { prepare: readonly Language[] } | { blobs: readonly BlobToRead[] } | { finish: true }
