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
      "InMemorySessionMemory",
      "IndexNotWrittenError",
      "MemoryTreeReader",
      "NeighboursSource",
      "PageRefusedError",
      "RankedFilesSource",
      "SessionMemorySource",
      "TestsSource",
      "UrlSource",
      "defaultSources",
      "defaultWeights",
      "featureNames",
      "featuresOf",
      "findSymbolReferences",
      "findSymbols",
      "findSymbolsInSource",
      "readTask",
      "repositoryMap",
      "roleOf",
      "roles",
      "signalsOf",
      "termsOf",
      "testsOf",
      "wordPattern",
    ]
  `)
})
