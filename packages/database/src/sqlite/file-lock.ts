/** A fair lock among the handles of one process on one file. Other processes are kept out by SQLite itself. */
export class FileLock {
  static readonly #byFile = new Map<string, FileLock>()

  /** The one lock for `file`; an in-memory database gets one of its own. */
  static of(file: string): FileLock {
    const known = FileLock.#byFile.get(file) ?? new FileLock()
    FileLock.#byFile.set(file, known)
    return known
  }

  #last: Promise<void> = Promise.resolve()

  /** @returns the function that lets the next one in. */
  async acquire(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const previous = this.#last
    this.#last = promise
    await previous
    return resolve
  }
}
