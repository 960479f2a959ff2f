import type { Versions } from '../structured/hunk.ts'
import { hasMarkers, keepsLastLineEnd, lineEndOf } from '../text-content.ts'

/** Line ends, byte-order mark and last line end are as on our side; no conflict markers that no version had. */
export function formKept(versions: Versions, merged: string): string | undefined {
  const { base, ours, theirs } = versions
  const lineEnd = lineEndOf(ours)
  if (lineEnd !== undefined && lineEndOf(merged) !== lineEnd && lineEndOf(merged) !== undefined)
    return 'the line ends would change'
  if (lineEnd !== undefined && lineEndOf(merged) === undefined && merged.includes('\n'))
    return 'the line ends would be mixed'
  if (ours.startsWith('\ufeff') !== merged.startsWith('\ufeff')) return 'the byte-order mark would change'
  if (merged !== '' && merged.endsWith('\n') !== keepsLastLineEnd(versions)) return 'the last line end would change'
  if (hasMarkers(merged) && ![base, ours, theirs].some(hasMarkers)) return 'it would hold conflict markers'
  return undefined
}
