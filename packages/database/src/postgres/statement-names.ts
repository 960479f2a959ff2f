import { sha256 } from '@patchlane/kernel'

/** From here on a statement is common enough for the server to keep its plan. */
const COMMON = 5
/** How many statements are counted; lists of many lengths must not fill the server's memory. */
const KEPT = 256

/**
 * Names for statements that come again and again, under which the server keeps them parsed and planned: half of the work on a small
 * statement. A pooler in transaction mode may hand the next statement to a server that does not know the name; then there are no more names.
 */
export class StatementNames {
  readonly #seen = new Map<string, { count: number; name: string | undefined }>()
  #usable = true

  /** The name for a statement; undefined while it is not common. */
  of(text: string): string | undefined {
    if (!this.#usable) return undefined
    const known = this.#seen.get(text) ?? { count: 0, name: undefined }
    this.#seen.delete(text)
    this.#seen.set(text, known)
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > KEPT && oldest !== undefined) this.#seen.delete(oldest)
    known.count++
    // The same on every handle, so that a pool can be shared.
    if (known.count === COMMON) known.name = `patchlane_${sha256(text).slice(0, 24)}`
    return known.name
  }

  giveUp(): void {
    this.#usable = false
    this.#seen.clear()
  }
}
