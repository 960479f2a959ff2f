import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Finding } from '@patchlane/kernel'
import { ToolFailedError } from '../check-errors.ts'
import type { LanguageServer } from './language-server.ts'
import { type FileEvent, LspClient } from './lsp-client.ts'

/** Pulls in flight at once; more would only wait inside the server. */
const PARALLEL = 16

/**
 * A language server for one folder, kept warm between patches. It finds out itself what changed on disk since it last looked, and starts the
 * server anew when it died or when a change asks for it.
 */
export class LspSession {
  readonly directory: string
  readonly #server: LanguageServer
  readonly #timeoutMs: number | undefined
  #client: LspClient | undefined
  #known = new Map<string, string>()

  constructor(options: { directory: string; server: LanguageServer; timeoutMs?: number }) {
    this.directory = options.directory
    this.#server = options.server
    this.#timeoutMs = options.timeoutMs
  }

  /** The server's process; undefined while none runs. */
  get pid(): number | undefined {
    return this.#client?.running ? this.#client.pid : undefined
  }

  /**
   * What the server says about `files` as they lie on disk. `all` are the files of the project. A server that dies is started once more: a
   * second death is the project's doing and is thrown.
   */
  async diagnose(files: readonly string[], all: readonly string[], signal: AbortSignal): Promise<Finding[]> {
    try {
      return await this.#diagnose(files, all, signal)
    } catch (error) {
      if (!(error instanceof ToolFailedError) || this.#client?.running || signal.aborted) throw error
      return this.#diagnose(files, all, signal)
    }
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    await client?.stop()
  }

  async #diagnose(files: readonly string[], all: readonly string[], signal: AbortSignal): Promise<Finding[]> {
    const client = await this.#synchronized(all)
    const results: Finding[][] = []
    const waiting = files.entries()
    const worker = async () => {
      for (const [index, path] of waiting) results[index] = await this.#pull(client, path, signal)
    }
    await Promise.all(Array.from({ length: PARALLEL }, worker))
    return results.flat()
  }

  async #pull(client: LspClient, path: string, signal: AbortSignal): Promise<Finding[]> {
    return (await client.diagnostics(path, signal)).map(({ range, severity, code, message }) => ({
      path,
      line: range.start.line + 1,
      column: range.start.character + 1,
      severity: severity === 1 || severity === undefined ? 'error' : severity === 2 ? 'warning' : 'info',
      ...(code == null ? {} : { rule: String(code) }),
      message,
    }))
  }

  /** A running server that knows what is on disk. */
  async #synchronized(all: readonly string[]): Promise<LspClient> {
    const now = await this.#look(all.filter((path) => this.#server.handles(path) || this.#server.watches(path)))
    const events: FileEvent[] = []
    for (const [path, mark] of now) {
      const known = this.#known.get(path)
      if (known === undefined) events.push({ path, kind: 'created' })
      else if (known !== mark) events.push({ path, kind: 'changed' })
    }
    for (const path of this.#known.keys()) if (!now.has(path)) events.push({ path, kind: 'deleted' })
    if (this.#client?.running && !events.some((event) => this.#server.restartsOn(event.path))) {
      await this.#client.filesChanged(events)
      this.#known = now
      return this.#client
    }
    await this.close()
    const { directory } = this
    const client = await LspClient.start({
      server: this.#server,
      directory,
      ...(this.#timeoutMs === undefined ? {} : { timeoutMs: this.#timeoutMs }),
    })
    this.#client = client
    this.#known = now
    return client
  }

  /** A mark for each file that differs when its content does: times are kept in nanoseconds, and every write is a later one. */
  async #look(paths: readonly string[]): Promise<Map<string, string>> {
    const marks = await Promise.all(
      paths.map(async (path): Promise<[string, string] | undefined> => {
        const stat = await lstat(join(this.directory, path), { bigint: true }).catch(() => undefined)
        return stat === undefined ? undefined : [path, `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`]
      }),
    )
    return new Map(marks.filter((mark) => mark !== undefined))
  }
}
