import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, sha256 } from '@patchlane/kernel'
import type { Database } from '../database.ts'
import { openPostgres } from '../postgres/open-postgres.ts'
import { openSqlite } from '../sqlite/open-sqlite.ts'

/** Stores for contract suites: every call with one namespace opens another handle on the same store. */
export interface SqlTestStores {
  open(namespace: string, clock?: Clock): Promise<Database>
  /** Closes what is still open and removes what was made. */
  dispose(): Promise<void>
}

/** What the suite needs: handles on one store, by namespace. */
export type DatabaseHarness = Pick<SqlTestStores, 'open'>

/** A SQLite file per namespace, in a temporary folder. */
export function sqliteHarness(): SqlTestStores {
  const directory = mkdtempSync(join(tmpdir(), 'patchlane-sqlite-'))
  const handles: Database[] = []
  return {
    async open(namespace, clock) {
      const file = join(directory, `${sha256(namespace)}.db`)
      const handle = await openSqlite({ file, synchronous: 'NORMAL', ...(clock === undefined ? {} : { clock }) })
      handles.push(handle)
      return handle
    },
    async dispose() {
      await Promise.all(handles.map((handle) => handle.close()))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** A schema per namespace on one Postgres server; `directUrl` leads past a pooler. */
export function postgresHarness(url: string, directUrl: string = url): SqlTestStores {
  const handles: Database[] = []
  return {
    async open(namespace, clock) {
      const schema = `test_${sha256(namespace).slice(0, 24)}`
      const handle = await openPostgres({
        url,
        directUrl,
        schema,
        maxConnections: 4,
        ...(clock === undefined ? {} : { clock }),
      })
      handles.push(handle)
      return handle
    },
    async dispose() {
      await Promise.all(handles.map((handle) => handle.close()))
    },
  }
}
