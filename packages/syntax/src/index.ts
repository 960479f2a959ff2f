export {
  type Definition,
  type DefinitionKind,
  definitionKinds,
  type ImportReference,
  type SourceAnalysis,
  type TextRange,
} from './analysis.ts'
export { analyzeSource, canAnalyze, prepareAnalysis } from './analyze-source.ts'
export { GrammarUnavailableError, SyntaxLimitError, WorkerFailedError } from './errors.ts'
export { extractorVersion } from './extractor-version.ts'
export { findReferences, type Reference } from './find-references.ts'
export { type Language, languageOf, languages } from './language.ts'
export { hasSyntaxErrors, type ParseOptions, parseTree } from './parse-tree.ts'
export { serveWorker } from './serve-worker.ts'
export { signatureOf } from './signature-of.ts'
export type { SyntaxNode, SyntaxTree } from './syntax-tree.ts'
export { WorkerPool, type WorkerPoolOptions } from './worker-pool.ts'
