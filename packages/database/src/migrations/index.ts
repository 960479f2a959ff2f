import { initial } from './0001-initial.ts'
import { longHistory } from './0002-long-history.ts'
import type { Migration } from './migration.ts'

/** In order; append only. */
export const migrations: readonly Migration[] = [initial, longHistory]
