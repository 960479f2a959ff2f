import { z } from 'zod'
import type { FreshClone } from './fresh-clone.ts'

const shown = z.object({
  patch: z.object({ patchId: z.string(), base: z.object({ commit: z.string() }) }),
  diff: z.string(),
})

/** What an agent proposed, as recorded: the commit it worked from, and its changes as a diff against that commit. */
export interface Proposal {
  patchId: string
  base: string
  diff: string
}

/** Reads a recorded proposal back. */
export function readProposal(clone: FreshClone, patchId: string): Proposal {
  const { stdout } = clone.patchlane(['queue', 'show', patchId, '--json'])
  const { patch, diff } = shown.parse(JSON.parse(stdout))
  return { patchId: patch.patchId, base: patch.base.commit, diff }
}

/** Lines that a diff adds and removes, file by file, without blank ones: `path`, a zero byte, the line. */
export function linesOf(diff: string): { added: string[]; removed: string[] } {
  const added: string[] = []
  const removed: string[] = []
  let path = ''
  let inHunk = false
  for (const line of diff.split('\n')) {
    if (line.startsWith('diff --git ')) {
      inHunk = false
      path = / b\/(.+)$/.exec(line)?.[1] ?? ''
    } else if (line.startsWith('@@')) inHunk = true
    else if (inHunk && line.slice(1).trim() !== '') {
      if (line.startsWith('+')) added.push(`${path}\0${line.slice(1)}`)
      if (line.startsWith('-')) removed.push(`${path}\0${line.slice(1)}`)
    }
  }
  return { added, removed }
}
