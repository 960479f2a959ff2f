import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely'
import type { Schema } from './schema.ts'

/** Where a value of this name goes when the statement runs. */
export type ParameterOf<Values extends object> = <Name extends keyof Values & string>(
  name: Name,
) => RawBuilder<Values[Name]>

/** What Kysely's builders and `sql` templates have in common. */
export interface Compilable<Row> {
  compile(db: Kysely<Schema>): CompiledQuery<Row>
}

class Hole {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/**
 * A statement that is written out as SQL once, and run many times with other values. Writing out costs as much as a trip to a server on the same machine.
 */
export class PreparedStatement<Values extends object, Row> {
  readonly #build: (value: ParameterOf<Values>) => Compilable<Row>
  #compiled: CompiledQuery<Row> | undefined

  /** `build` is called when the statement is run for the first time. */
  constructor(build: (value: ParameterOf<Values>) => Compilable<Row>) {
    this.#build = build
  }

  /** The statement with its values, ready to be executed. */
  fill(db: Kysely<Schema>, values: Values): CompiledQuery<Row> {
    this.#compiled ??= this.#build((name) => sql`${new Hole(name)}`).compile(db)
    const given = new Map<string, unknown>(Object.entries(values))
    const parameters = this.#compiled.parameters.map((each) => (each instanceof Hole ? given.get(each.name) : each))
    return { ...this.#compiled, parameters }
  }
}
