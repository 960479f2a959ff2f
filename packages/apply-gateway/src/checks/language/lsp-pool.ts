import type { LanguageServer } from './language-server.ts'
import { LspSession } from './lsp-session.ts'

/**
 * Warm language servers, one for each folder and kind. The ones not used for longest are ended when there are too many. Whoever makes a
 * pool closes it.
 */
export class LspPool {
  readonly #sessions = new Map<string, LspSession>()
  readonly #limit: number
  readonly #timeoutMs: number | undefined

  constructor(options: { limit?: number; timeoutMs?: number } = {}) {
    this.#limit = options.limit ?? 6
    this.#timeoutMs = options.timeoutMs
  }

  async session(directory: string, server: LanguageServer): Promise<LspSession> {
    const { file, args } = server.program
    const key = JSON.stringify([directory, server.name, file, args])
    const session =
      this.#sessions.get(key) ??
      new LspSession({ directory, server, ...(this.#timeoutMs === undefined ? {} : { timeoutMs: this.#timeoutMs }) })
    this.#sessions.delete(key)
    this.#sessions.set(key, session)
    for (const [oldest, other] of this.#sessions) {
      if (this.#sessions.size <= this.#limit) break
      this.#sessions.delete(oldest)
      await other.close()
    }
    return session
  }

  /** Ends the servers of a folder that goes away. */
  async forget(directory: string): Promise<void> {
    for (const [key, session] of this.#sessions) {
      if (session.directory !== directory) continue
      this.#sessions.delete(key)
      await session.close()
    }
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()]
    this.#sessions.clear()
    await Promise.all(sessions.map((session) => session.close()))
  }
}
