import { sql } from 'kysely'
import type { Database } from '../database.ts'

/** The schema of a store as text, for a dump that is committed and reviewed: tables, columns, keys, indexes. */
export async function describeSchema(database: Database, schema = 'public'): Promise<string> {
  return database.dialect === 'sqlite' ? describeSqlite(database) : describePostgres(database, schema)
}

async function describeSqlite(database: Database): Promise<string> {
  const { rows } = await sql<{ sql: string }>`
    select sql from sqlite_master where sql is not null and name not like 'sqlite_%' order by tbl_name, type desc, name
  `.execute(database.db)
  return `${rows.map((row) => row.sql.replaceAll(/, (?=["c])/g, ',\n  ')).join(';\n\n')};\n`
}

async function describePostgres(database: Database, schema: string): Promise<string> {
  const { db } = database
  const columns = await sql<{ line: string; name: string }>`
    select table_name as name, column_name || ' ' || data_type || case when is_nullable = 'NO' then ' not null' else '' end
      || coalesce(' default ' || column_default, '') as line
    from information_schema.columns where table_schema = ${schema} order by table_name, ordinal_position
  `.execute(db)
  const constraints = await sql<{ line: string; name: string }>`
    select c.relname as name, k.conname || ' ' || pg_get_constraintdef(k.oid) as line
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} order by c.relname, k.conname
  `.execute(db)
  const indexes = await sql<{ line: string; name: string }>`
    select tablename as name, indexdef as line from pg_indexes where schemaname = ${schema} order by tablename, indexname
  `.execute(db)
  const rows = [...columns.rows, ...constraints.rows, ...indexes.rows]
  const tables = Map.groupBy(rows, (row) => row.name)
  return [...tables]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, lines]) => `${name}\n${lines.map(({ line }) => `  ${line.replaceAll(`${schema}.`, '')}\n`).join('')}`)
    .join('\n')
}
