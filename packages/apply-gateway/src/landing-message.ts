import { readTrailers } from '@patchlane/git'
import { type Patch, type PatchId, patchIdSchema } from '@patchlane/kernel'

/** The keys by which a landed commit says where it came from. git's history wins over a database restored from a backup. */
export const trailerKeys = {
  patch: 'Patchlane-Patch',
  base: 'Patchlane-Base',
  indexVersion: 'Patchlane-Index-Version',
  agent: 'Patchlane-Agent',
  run: 'Patchlane-Run',
  subtask: 'Patchlane-Subtask',
  undoes: 'Patchlane-Undoes',
} as const

/** The commit message of a patch: title, description, trailers. Text of an agent that looks like one of our trailers is quoted. */
export function landingMessage(patch: Patch): string {
  const line = (text: string) => text.replaceAll(/\s+/g, ' ').trim()
  const trailers = [
    [trailerKeys.patch, patch.patchId],
    [trailerKeys.base, patch.base.commit],
    [trailerKeys.indexVersion, patch.base.indexVersion],
    [trailerKeys.agent, patch.author.agent],
    [trailerKeys.run, patch.author.runId],
    [trailerKeys.subtask, patch.author.subtaskId],
    [trailerKeys.undoes, patch.undoes],
  ]
    .filter(([, value]) => typeof value === 'string')
    .map(([key, value]) => `${key}: ${line(String(value))}`)
  const description = quoteTrailers(patch.description.replaceAll('\r\n', '\n').trim())
  return [quoteTrailers(line(patch.title)), ...(description === '' ? [] : [description]), trailers.join('\n')].join(
    '\n\n',
  )
}

function quoteTrailers(text: string): string {
  return text.replaceAll(/^(?=patchlane-[a-z-]+:)/gim, '> ')
}

/** The patch that a commit landed; undefined for a commit that no gateway made. */
export function landedPatchId(message: string): PatchId | undefined {
  const value = readTrailers(message).get(trailerKeys.patch)?.at(-1)
  const parsed = patchIdSchema.safeParse(value)
  return parsed.success ? parsed.data : undefined
}
