export { type IndexVersionStoreHarness, indexVersionStoreContract } from './index-version-store-contract.ts'
