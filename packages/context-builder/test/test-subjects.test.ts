import { expect, it } from 'vitest'
import { CodeIndex, ContextRanker, GraphBuilder, MemoryTreeReader } from '../src/index.ts'

it('raises the tests of the files that lead, though they share no word with the task', async () => {
  const reader = new MemoryTreeReader()
  const commit = reader.commit({
    message: 'Begin',
    files: {
      'src/cookie.ts': 'export function parseCookie() {}\n',
      'test/jar.test.ts': "import { parseCookie as p } from '../src/cookie.ts'\np()\n",
      'test/quotes.test.ts': 'it("keeps quotes", () => {})\n',
    },
  })
  const index = await CodeIndex.open({ reader })
  const view = await index.view({ commit })
  const graph = await new GraphBuilder(reader).of(view)
  const tests = (weights: { subject?: number }, task: string) =>
    (new ContextRanker({ weights }).rank({ view, task, graph }).byRole.get('test') ?? []).map(({ path }) => path)
  expect(tests({ subject: 0 }, 'cookie')).toEqual(['test/jar.test.ts'])
  expect(tests({ subject: 0 }, 'parse quotes')[0]).toBe('test/quotes.test.ts')
  expect(tests({ subject: 100 }, 'parse quotes')[0]).toBe('test/jar.test.ts')
})
