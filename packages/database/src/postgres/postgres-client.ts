/** The part of a `pg` pool we call. */
export interface PgPoolLike {
  connect(): Promise<PgClientLike>
}

/** The part of a pooled `pg` client we call. */
export interface PgClientLike {
  query(statement: PgStatement): Promise<PgResultLike>
  /** True: do not use this connection again. */
  release(destroy?: boolean): void
}

export interface PgStatement {
  text: string
  values: unknown[]
  /** Under which the server keeps it. */
  name?: string
}

export interface PgResultLike {
  command: string
  rowCount: number | null
  rows: unknown[]
  fields?: { name: string; dataTypeID: number }[]
}

/** The part of a plain `pg` client that listening needs. */
export interface PgListenerLike {
  connect(): Promise<unknown>
  query(text: string): Promise<unknown>
  on(event: 'notification', listener: (message: { payload?: string | undefined }) => void): unknown
  on(event: 'error' | 'end', listener: () => void): unknown
  end(): Promise<void>
}
