export { type QuotaStoreHarness, quotaStoreContract } from './contract.ts'
