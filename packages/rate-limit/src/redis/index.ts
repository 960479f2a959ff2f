export { type RedisLike, RedisQuotaStore, type RedisQuotaStoreOptions } from './redis-quota-store.ts'
