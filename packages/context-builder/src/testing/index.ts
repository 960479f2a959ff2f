export { type ContextSourceHarness, contextSourceContract } from './context-source-contract.ts'
export { type TreeReaderFixture, type TreeReaderHarness, treeReaderContract } from './tree-reader-contract.ts'
