import { type CreateTableBuilder, type Kysely, sql } from 'kysely'
import type { Dialect } from '../database.ts'
import type { Schema } from '../schema.ts'

type ColumnType = 'text' | 'integer' | 'bigint' | 'blob' | 'bytea'
/** A type; with `?` nullable, else not null; with `=value` it has a default, written as SQL. */
export type Columns = Record<string, ColumnType | `${ColumnType}?` | `${ColumnType}=${string}`>

const columnTypes = {
  text: sql`text`,
  integer: sql`integer`,
  bigint: sql`bigint`,
  blob: sql`blob`,
  bytea: sql`bytea`,
}

/** Bytes, in each engine's word. */
export function blobType(dialect: Dialect): 'blob' | 'bytea' {
  return dialect === 'sqlite' ? 'blob' : 'bytea'
}

/** Creates a table from one line a column. */
export async function createTable(
  db: Kysely<Schema>,
  name: string,
  columns: Columns,
  primaryKey: string[],
  finish: (table: CreateTableBuilder<string, string>) => CreateTableBuilder<string, string> = (table) => table,
): Promise<void> {
  let table: CreateTableBuilder<string, string> = db.schema.createTable(name)
  for (const [column, definition] of Object.entries(columns)) {
    const { type, nullable, fallback } = parse(definition)
    table = table.addColumn(column, columnTypes[type], (builder) => {
      const typed = nullable ? builder : builder.notNull()
      return fallback === undefined ? typed : typed.defaultTo(sql.raw(fallback))
    })
  }
  table = table.addPrimaryKeyConstraint(`${name}_key`, primaryKey)
  await finish(table).execute()
}

function parse(definition: Columns[string]): { type: ColumnType; nullable: boolean; fallback: string | undefined } {
  const match = /^(text|integer|bigint|blob|bytea)(\?)?(?:=(.*))?$/.exec(definition)
  const type = columnType(match?.[1])
  return { type, nullable: match?.[2] === '?', fallback: match?.[3] }
}

function columnType(text: string | undefined): ColumnType {
  switch (text) {
    case 'integer':
    case 'bigint':
    case 'blob':
    case 'bytea':
      return text
    default:
      return 'text'
  }
}
