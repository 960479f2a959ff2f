import { describe, expect, it } from 'vitest'
import {
  CodeIndex,
  findSymbolReferences,
  findSymbols,
  GraphBuilder,
  MemoryTreeReader,
  repositoryMap,
} from '../src/index.ts'

const files = {
  'src/config.ts':
    'export class Config {\n  read() { return 1 }\n}\nexport function readConfig() {\n  // readConfig reads\n  return new Config().read()\n}\n',
  'src/other.py': 'def read_config():\n    return "readConfig"\n',
  'src/main.ts': "import { readConfig } from './config.ts'\nreadConfig()\n",
  'test/config.test.ts': "import { readConfig } from '../src/config.ts'\nfunction read() {}\nreadConfig()\n",
}

async function open() {
  const reader = new MemoryTreeReader()
  const commit = reader.commit({ message: 'a', files })
  const index = await CodeIndex.open({ reader })
  return { reader, view: await index.view({ commit }) }
}

describe('findSymbols', () => {
  it('puts exact names first, implementation before tests', async () => {
    const { view } = await open()
    expect(findSymbols(view, 'readConfig')).toEqual([
      { name: 'readConfig', kind: 'function', path: 'src/config.ts', line: 4 },
      { name: 'read_config', kind: 'function', path: 'src/other.py', line: 1 },
    ])
    expect(findSymbols(view, 'read').map(({ path }) => path)).toEqual(['src/config.ts', 'test/config.test.ts'])
    expect(findSymbols(view, 'Config.read').map(({ path }) => path)).toEqual(['src/config.ts'])
    expect(findSymbols(view, 'nothingHere')).toEqual([])
    expect(findSymbols(view, '')).toEqual([])
  })
})

describe('findSymbolReferences', () => {
  it('finds uses and definitions, not words', async () => {
    const { view, reader } = await open()
    const hits = await findSymbolReferences(view, reader, 'readConfig')
    expect(hits.map(({ path, line, kind }) => `${path}:${line} ${kind}`)).toEqual([
      'src/config.ts:4 function',
      'src/main.ts:1 reference',
      'src/main.ts:2 reference',
      'test/config.test.ts:1 reference',
      'test/config.test.ts:3 reference',
    ])
    expect(await findSymbolReferences(view, reader, 'readConfig', { limit: 2 })).toHaveLength(2)
  })
})

describe('repositoryMap', () => {
  it('shows what most leans on, within its budget', async () => {
    const { view, reader } = await open()
    const graph = await new GraphBuilder(reader).of(view)
    const map = await repositoryMap({ view, graph, budgetTokens: 500 })
    expect(map).toContain('src/config.ts\n  Config:1, readConfig:4')
    const small = await repositoryMap({ view, graph, budgetTokens: 25 })
    expect(small).toContain('src/config.ts')
    expect(small).not.toContain('src/other.py')
    expect(await repositoryMap({ view, graph, budgetTokens: 1 })).toBe('')
  })
})
