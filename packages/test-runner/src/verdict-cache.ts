/** A green run of one test file, remembered. */
export interface TestVerdict {
  passed: number
  skipped: number
}

/**
 * Green verdicts by a digest of everything the test file's run depends on. Only what passed is kept: a failure is always run again.
 *
 * An adapter may forget at any time. It must never answer with a verdict that was stored under another key.
 */
export interface TestVerdictCache {
  get(key: string): Promise<TestVerdict | undefined>
  set(key: string, verdict: TestVerdict): Promise<void>
}

/** Keeps verdicts in the process; the ones not asked for longest go first. */
export class MemoryTestVerdictCache implements TestVerdictCache {
  readonly #entries = new Map<string, TestVerdict>()
  readonly #limit: number

  constructor(limit = 100_000) {
    this.#limit = limit
  }

  async get(key: string): Promise<TestVerdict | undefined> {
    const verdict = this.#entries.get(key)
    if (verdict === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, verdict)
    return { ...verdict }
  }

  async set(key: string, verdict: TestVerdict): Promise<void> {
    this.#entries.set(key, { ...verdict })
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limit) break
      this.#entries.delete(oldest)
    }
  }
}
