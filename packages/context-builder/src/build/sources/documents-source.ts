import type { ContextCandidate, ContextSource, SourceRequest } from '../context-source.ts'

const DOCUMENTS = 3
const CONFIGURATION = 2

/** Documents and configuration that match the task: specifications, guides, examples. */
export class DocumentsSource implements ContextSource {
  readonly name = 'documents'

  async collect({ ranking }: SourceRequest): Promise<readonly ContextCandidate[]> {
    const top = (role: 'doc' | 'config' | 'example', count: number) => (ranking.byRole.get(role) ?? []).slice(0, count)
    return [
      ...top('doc', DOCUMENTS).map((file, at) => ({
        ...file,
        why: 'a document with words of the task',
        priority: 110 + 3 * at,
      })),
      ...top('config', CONFIGURATION).map((file, at) => ({
        ...file,
        why: 'configuration with words of the task',
        priority: 115 + at,
      })),
      ...top('example', 1).map((file) => ({ ...file, why: 'an example with words of the task', priority: 116 })),
    ].map(({ position, why, priority }) => ({
      kind: 'file' as const,
      position,
      why,
      priority,
      most: 'symbols' as const,
    }))
  }
}
