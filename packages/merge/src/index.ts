export { type BatchAnswer, batchLineSchema, linesOf, mergeBatch } from './commands/merge-batch.ts'
export { type MergeDriverCall, runMergeDriver } from './commands/merge-driver.ts'
export { type CommandOutput, type MergeFileCall, runMergeFile } from './commands/merge-file-command.ts'
export type { ConflictSegment, Segment } from './conflict-hunks.ts'
export { LineMergeError, MergeUsageError } from './errors.ts'
export { type LineMergeAnswer, type LineMergeRequest, lineMerge } from './line-merge.ts'
export { MergeChain, type MergeChainOptions } from './merge-chain.ts'
export { FileMerger, type FileMergerOptions, mergeFile } from './merge-file.ts'
export type { MergeInput, MergeLabels, MergeResult } from './merge-input.ts'
export type {
  ConflictedMerge,
  ConflictResolver,
  MergeStrategy,
  ResolverAnswer,
  ResolverRequest,
  StrategyAnswer,
} from './merge-strategy.ts'
export { ResolverStrategy } from './resolver-strategy.ts'
export { StructuredStrategy, type StructuredStrategyOptions, SURE, WORTH_PROPOSING } from './structured-strategy.ts'
