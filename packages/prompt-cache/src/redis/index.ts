export { RedisCacheStore, type RedisCacheStoreOptions, type RedisLike } from './redis-cache-store.ts'
