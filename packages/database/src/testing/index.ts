export { databaseContract } from './contract.ts'
export { describeSchema } from './describe-schema.ts'
export { type DatabaseHarness, postgresHarness, type SqlTestStores, sqliteHarness } from './sql-test-stores.ts'
export { type PostgresServer, type StartPostgresOptions, startPostgres } from './start-postgres.ts'
