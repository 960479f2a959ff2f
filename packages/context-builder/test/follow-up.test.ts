import { expect, it } from 'vitest'
import { CodeIndex, ContextRanker, GraphBuilder, HistoryStore, MemoryTreeReader } from '../src/index.ts'

it('raises what changes together with the first files, and their neighbours, by weight', async () => {
  const reader = new MemoryTreeReader()
  const file = (n: number) => ({
    'src/cookie.ts': `import './codec.ts'\nexport function parseCookie() { return ${n} }\n`,
    'src/codec.ts': 'export function encode() {}\n',
    'src/jar.ts': `export const jar = ${n}\n`,
    'src/zoo.ts': 'export const zoo = 1\n',
  })
  for (const n of [1, 2, 3, 4, 5]) reader.commit({ message: `Number ${n}`, files: file(n) })
  const commit = reader.commit({ message: 'Number 6', files: file(6) })
  const index = await CodeIndex.open({ reader })
  const view = await index.view({ commit })
  const graph = await new GraphBuilder(reader).of(view)
  const history = await new HistoryStore(reader, index.directory).of(commit)
  const rank = (weights: { together: number; neighbour: number }) =>
    (
      new ContextRanker({ weights: { ...weights, history: 0, frequency: 0.001 } })
        .rank({ view, task: 'parseCookie', history, graph })
        .byRole.get('implementation') ?? []
    ).map(({ path }) => path)
  expect(rank({ together: 0, neighbour: 0 })[0]).toBe('src/cookie.ts')
  expect(rank({ together: 0.5, neighbour: 0.2 }).slice(0, 2)).toEqual(['src/cookie.ts', 'src/jar.ts'])
})
