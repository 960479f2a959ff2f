import type { TestApi } from '@patchlane/kernel/testing'
import type { ContextSource, SourceRequest } from '../build/context-source.ts'
import { CodeIndex } from '../code-index.ts'
import { GraphBuilder } from '../graph/graph-builder.ts'
import { HistoryStore } from '../history/history.ts'
import { MemoryTreeReader } from '../memory-tree-reader.ts'
import { ContextRanker } from '../rank/context-ranker.ts'

export interface ContextSourceHarness {
  open(): Promise<ContextSource>
}

const files = {
  'AGENTS.md': '# How to work here\n\nRun the tests.\n',
  'docs/sessions.md': '# Sessions\n\nA session ends when its cookie expires.\n',
  'src/session.ts':
    "import { parseCookie } from './cookie.ts'\n\nexport function openSession() {\n  return parseCookie('')\n}\n",
  'src/cookie.ts': 'export function parseCookie(text: string) {\n  return text\n}\n',
  'test/cookie.test.ts': "import { parseCookie } from '../src/cookie.ts'\nparseCookie('a')\n",
  'package.json': '{ "name": "sample" }\n',
}

/** What every source of context has to do. */
export function contextSourceContract({ it, expect }: TestApi, harness: ContextSourceHarness): void {
  const request = async (contents: Record<string, string>): Promise<SourceRequest> => {
    const reader = new MemoryTreeReader()
    const commit = reader.commit({ message: 'Begin', files: contents })
    const index = await CodeIndex.open({ reader })
    const view = await index.view({ commit })
    const graph = await new GraphBuilder(reader).of(view)
    const history = await new HistoryStore(reader, index.directory).of(commit)
    const task = 'parseCookie loses the session'
    const ranking = await new ContextRanker().rank({ view, task, history })
    return { task, view, ranking, graph, history, limit: 10 }
  }

  it('gives the same candidates each time', async () => {
    const source = await harness.open()
    const asked = await request(files)
    expect(await source.collect(asked)).toEqual(await source.collect(asked))
  })

  it('names only files of the view, and says why', async () => {
    const source = await harness.open()
    const asked = await request(files)
    for (const candidate of await source.collect(asked)) {
      expect(candidate.why).not.toBe('')
      if (candidate.kind === 'file') expect(asked.view.files[candidate.position]).toBeDefined()
    }
  })

  it('has nothing to say of an empty repository', async () => {
    const source = await harness.open()
    const candidates = await source.collect(await request({}))
    expect(candidates.filter(({ kind }) => kind === 'file')).toEqual([])
  })
}
