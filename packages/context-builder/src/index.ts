export {
  AutoContextBuilder,
  type AutoContextBuilderOptions,
  type BuildRequest,
  type ContextBundle,
  type ContextFile,
  defaultSources,
} from './build/auto-context-builder.ts'
export type {
  ContextCandidate,
  ContextLevel,
  ContextSource,
  FileCandidate,
  SourceRequest,
  TextCandidate,
} from './build/context-source.ts'
export type { RerankCandidate, Reranker } from './build/reranker.ts'
export { ConventionsSource } from './build/sources/conventions-source.ts'
export { DocumentsSource } from './build/sources/documents-source.ts'
export { NeighboursSource } from './build/sources/neighbours-source.ts'
export { RankedFilesSource } from './build/sources/ranked-files-source.ts'
export {
  InMemorySessionMemory,
  type SessionMemory,
  SessionMemorySource,
  type SessionMemorySourceOptions,
  type SessionNote,
} from './build/sources/session-memory-source.ts'
export { TestsSource } from './build/sources/tests-source.ts'
export { UrlSource, type UrlSourceOptions } from './build/sources/url-source.ts'
export { BpeTokenCounter, type TokenCounter } from './build/token-counter.ts'
export { ViewTexts } from './build/view-texts.ts'
export { CodeIndex, type CodeIndexOptions, type IndexRequest } from './code-index.ts'
export { CodeView, type ViewFile } from './code-view.ts'
export { EmptyTaskError, IndexNotWrittenError, PageRefusedError } from './errors.ts'
export { GitTreeReader } from './git-tree-reader.ts'
export { type CodeGraph, testsOf } from './graph/code-graph.ts'
export { GraphBuilder } from './graph/graph-builder.ts'
export { type History, HistoryStore } from './history/history.ts'
export { type MemoryCommit, MemoryTreeReader } from './memory-tree-reader.ts'
export { ContextRanker, type ContextRankerOptions, type Ranking, type RankRequest } from './rank/context-ranker.ts'
export type { Candidates } from './rank/evidence/candidates.ts'
export {
  type Evidence,
  type EvidenceName,
  evidenceNames,
  evidenceOf,
} from './rank/evidence/evidence.ts'
export { type FeatureName, featureNames, featuresOf } from './rank/features.ts'
export type { RankedFile } from './rank/ranked-file.ts'
export { candidatesOf, REFINED } from './rank/refine.ts'
export { type Signals, signalsOf } from './rank/signals.ts'
export { readTask, type TaskQuery } from './rank/task-query.ts'
export type { TextSource } from './rank/text-source.ts'
export { TreeModel } from './rank/tree-model.ts'
export { defaultWeights, type RankWeights } from './rank/weights.ts'
export { type RepositoryMapOptions, repositoryMap } from './repository-map.ts'
export { type FileRole, roleOf, roles } from './role.ts'
export { findSymbolReferences } from './symbol-references.ts'
export { findSymbols, findSymbolsInSource, type SymbolHit, type SymbolOptions } from './symbols.ts'
export type { Blob, HistoryCommit, TreeFile, TreeReader } from './tree-reader.ts'
export { termsOf, wordPattern } from './words.ts'
