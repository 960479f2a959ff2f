export { type CacheStoreHarness, cacheStoreContract } from './contract.ts'
