export { openRedisWakeUps, type RedisWakeUpsUrlOptions } from './open-redis-wake-ups.ts'
export { type RedisWakeUpClient, RedisWakeUps, type RedisWakeUpsOptions } from './redis-wake-ups.ts'
