import type { ContextCandidate, ContextSource, SourceRequest } from '../context-source.ts'

const names = /(?:^|\/)(?:AGENTS\.md|CLAUDE\.md|CONTRIBUTING(?:\.\w+)?|\.cursorrules|STYLEGUIDE\.md)$/i

/** What the project asks of those who change it: at the root, and in folders above the files ranked first. */
export class ConventionsSource implements ContextSource {
  readonly name = 'conventions'

  async collect({ view, ranking }: SourceRequest): Promise<readonly ContextCandidate[]> {
    const top = (ranking.byRole.get('implementation') ?? []).slice(0, 5).map(({ path }) => path)
    return [...view.files.entries()]
      .filter(([, { path }]) => names.test(path))
      .filter(([, { path }]) => {
        const folder = path.slice(0, path.lastIndexOf('/') + 1).replace(/^(?:\.github|docs)\/$/, '')
        return folder === '' || top.some((file) => file.startsWith(folder))
      })
      .map(([position, { path }]) => ({
        kind: 'file' as const,
        position,
        why: 'conventions of the project',
        // What is asked of agents goes first; what is asked of people comes behind the best files.
        priority: /AGENTS\.md$|CLAUDE\.md$/i.test(path) ? 1 : 103,
        most: 'full' as const,
      }))
  }
}
