import type { Pipeline } from '@patchlane/pipeline'

/**
 * Whether a stream of the event log speaks of the repository that is served: several may share one database, and a token is
 * for one of them.
 */
export function isOwnStream(stream: string, { repoId, target }: Pick<Pipeline, 'repoId' | 'target'>): boolean {
  const own = [`patch:${target}`, `patch:${repoId}:${target}`, `approval:${target}`, `approval:${repoId}:${target}`]
  return (
    own.includes(stream) || stream === `index:${repoId}` || stream === `workspace:${repoId}` || /^run:./.test(stream)
  )
}
