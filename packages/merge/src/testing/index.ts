export { conflictOf, type MergeStrategyHarness, mergeStrategyContract } from './merge-strategy-contract.ts'
