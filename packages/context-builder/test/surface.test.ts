import { expect, it } from 'vitest'
import * as surface from '../src/index.ts'

it('offers these names and no others', () => {
  expect(Object.keys(surface).sort()).toMatchInlineSnapshot(`
    [
      "AutoContextBuilder",
      "BpeTokenCounter",
      "CodeIndex",
      "CodeView",
      "ContextRanker",
      "ConventionsSource",
      "DocumentsSource",
      "EmptyTaskError",
      "GitTreeReader",
      "GraphBuilder",
      "HistoryStore",
      "IndexNotWrittenError",
      "MemoryTreeReader",
      "NeighboursSource",
      "PageRefusedError",
      "RankedFilesSource",
      "TestsSource",
      "UrlSource",
      "defaultSources",
      "defaultWeights",
      "findSymbolReferences",
      "findSymbols",
      "readTask",
      "repositoryMap",
      "roleOf",
      "roles",
      "scoresOf",
      "signalsOf",
      "termsOf",
      "testsOf",
      "wordPattern",
    ]
  `)
})
