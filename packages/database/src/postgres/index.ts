export { openPostgres, type PostgresOptions } from './open-postgres.ts'
export type { PgClientLike, PgPoolLike, PgResultLike } from './postgres-client.ts'
