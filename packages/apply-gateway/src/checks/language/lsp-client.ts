import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { errorMessage } from '@patchlane/kernel'
import { cleanEnvironment, type Service, spawnService } from '@patchlane/process'
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node'
import { z } from 'zod'
import { ToolFailedError } from '../check-errors.ts'
import { shorten } from '../check-report.ts'
import type { LanguageServer } from './language-server.ts'

const positionSchema = z.object({ line: z.number().int().nonnegative(), character: z.number().int().nonnegative() })
const diagnosticSchema = z.object({
  range: z.object({ start: positionSchema }),
  severity: z.number().optional(),
  code: z.union([z.string(), z.number()]).nullish(),
  message: z.string(),
})
export type LspDiagnostic = z.infer<typeof diagnosticSchema>

const pullSchema = z.object({ kind: z.enum(['full', 'unchanged']), items: z.array(diagnosticSchema).optional() })
const configurationSchema = z.object({ items: z.array(z.object({ section: z.string().nullish() })) })
const logSchema = z.object({ message: z.string() })

export type FileEvent = { path: string; kind: 'created' | 'changed' | 'deleted' }
const EVENT_TYPES = { created: 1, changed: 2, deleted: 3 } as const

export interface LspClientOptions {
  server: LanguageServer
  /** The project. Absolute. */
  directory: string
  /** For one request, and for the server to be ready. @default 120_000 */
  timeoutMs?: number
}

/**
 * One running language server, over its standard streams. Diagnostics are pulled file by file; files need not be open. The server reads
 * the disk, so that what is judged is what lies there; every change on disk has to be told by {@link filesChanged}.
 */
export class LspClient {
  readonly #options: LspClientOptions
  readonly #service: Service
  readonly #connection: MessageConnection
  #failure: Error | undefined
  #settles = 0
  #pending = 0
  #onSettled: (() => void) | undefined

  private constructor(options: LspClientOptions, service: Service) {
    this.#options = options
    this.#service = service
    this.#connection = createMessageConnection(
      new StreamMessageReader(service.stdout),
      new StreamMessageWriter(service.stdin),
    )
    this.#connection.onError(([error]) => {
      this.#failure ??= error
    })
    this.#connection.onRequest((method: string, parameters: unknown) => this.#answer(method, parameters))
    this.#connection.onNotification((method: string, parameters: unknown) => {
      if (method === 'window/logMessage') this.#hear(parameters)
    })
    this.#connection.listen()
  }

  /** @throws {ToolFailedError} when it does not start or does not become ready in time. */
  static async start(options: LspClientOptions): Promise<LspClient> {
    const { server, directory } = options
    const service = await spawnService({
      file: server.program.file,
      args: server.program.args,
      cwd: directory,
      env: cleanEnvironment(server.env),
    }).catch((error: unknown) => {
      throw new ToolFailedError(server.name, `could not be started (${errorMessage(error)})`, '', { cause: error })
    })
    const client = new LspClient(options, service)
    try {
      await client.#initialize()
      return client
    } catch (error) {
      await client.stop()
      throw error
    }
  }

  get running(): boolean {
    return this.#service.running && this.#failure === undefined
  }

  get pid(): number {
    return this.#service.pid
  }

  /** Tells what changed on disk, and waits until the server has taken note. */
  async filesChanged(events: readonly FileEvent[]): Promise<void> {
    if (events.length === 0) return
    const { server, directory } = this.#options
    const searches = events.some((event) => event.kind !== 'changed' || server.watches(event.path))
    const before = this.#settles
    const changes = events.map(({ path, kind }) => ({ uri: uriOf(directory, path), type: EVENT_TYPES[kind] }))
    await this.#guard(this.#connection.sendNotification('workspace/didChangeWatchedFiles', { changes }), 'an event')
    if (searches) await this.#untilSettled(before)
  }

  /** What the server has to say about one file that exists. @throws {ToolFailedError} when it dies or does not answer in time. */
  async diagnostics(path: string, signal?: AbortSignal): Promise<LspDiagnostic[]> {
    signal?.throwIfAborted()
    const textDocument = { uri: uriOf(this.#options.directory, path) }
    const answer = await this.#guard(this.#connection.sendRequest('textDocument/diagnostic', { textDocument }), path)
    // `unchanged` without a former answer is how a server says that the file is none of its own.
    return pullSchema.parse(answer).items ?? []
  }

  /** Asks the server to leave, and ends it if it does not. Safe to call twice. */
  async stop(): Promise<void> {
    this.#hold(1)
    if (this.#service.running) {
      const bye = this.#connection.sendRequest('shutdown').then(() => this.#connection.sendNotification('exit'))
      await Promise.race([bye.catch(() => {}), wait(500, undefined, { ref: false })])
    }
    await this.#service.stop(200)
    this.#connection.dispose()
  }

  async #initialize(): Promise<void> {
    const uri = pathToFileURL(this.#options.directory).href
    const request = this.#connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'staging' }],
      capabilities: {
        workspace: {
          configuration: true,
          workspaceFolders: true,
          didChangeWatchedFiles: { dynamicRegistration: true },
        },
        textDocument: { diagnostic: { dynamicRegistration: true }, synchronization: {} },
      },
    })
    await this.#guard(request, 'initialize')
    await this.#guard(this.#connection.sendNotification('initialized', {}), 'initialized')
    await this.#untilSettled(0)
  }

  #answer(method: string, parameters: unknown): unknown {
    if (method !== 'workspace/configuration') return null
    return configurationSchema
      .parse(parameters)
      .items.map(({ section }) => this.#options.server.settings(section ?? undefined))
  }

  #hear(parameters: unknown): void {
    const log = logSchema.safeParse(parameters)
    if (!log.success || this.#options.server.settled?.test(log.data.message) !== true) return
    this.#settles += 1
    this.#onSettled?.()
  }

  async #untilSettled(before: number): Promise<void> {
    if (this.#options.server.settled === undefined || this.#settles > before) return
    const settled = new Promise<void>((resolve) => {
      this.#onSettled = resolve
    })
    await this.#guard(settled, 'its search for files')
    this.#onSettled = undefined
  }

  /** The answer, or an error as soon as the server is gone or time is up. */
  async #guard<T>(answer: Promise<T>, what: string): Promise<T> {
    const { server, timeoutMs = 120_000 } = this.#options
    const timer = new AbortController()
    this.#hold(1)
    try {
      const late = wait(timeoutMs, undefined, { signal: timer.signal }).then(() => {
        throw new ToolFailedError(server.name, `did not answer within ${timeoutMs / 1000} s (${what})`, this.#words())
      })
      const gone = this.#service.exited.then(() => {
        throw new ToolFailedError(server.name, `ended unexpectedly (${what})`, this.#words())
      })
      // The losers of the race reject later, with nobody listening.
      for (const loser of [late, gone, answer]) loser.catch(() => {})
      return await Promise.race([answer, late, gone])
    } catch (error) {
      if (error instanceof ToolFailedError) throw error
      throw new ToolFailedError(server.name, `failed (${what}: ${errorMessage(error)})`, this.#words(), {
        cause: error,
      })
    } finally {
      timer.abort()
      this.#hold(-1)
    }
  }

  /** A server keeps the gateway's process from ending only while an answer is awaited. */
  #hold(change: 1 | -1): void {
    this.#pending += change
    if (this.#service.running) this.#service.keepAlive(this.#pending > 0)
  }

  #words(): string {
    return shorten(this.#service.errorOutput(), 1_000)
  }
}

function uriOf(directory: string, path: string): string {
  return pathToFileURL(`${directory}/${path}`).href
}
