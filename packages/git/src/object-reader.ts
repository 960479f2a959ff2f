import { type ObjectId, objectIdSchema } from '@patchlane/kernel'
import { type Service, spawnService } from '@patchlane/process'
import { GitCommandError } from './errors.ts'
import { configArguments, gitEnvironment } from './git-environment.ts'
import type { RepositoryLayout } from './repository-layout.ts'
import { ANSWER_MS } from './run-git.ts'

export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag'

export interface ObjectInfo {
  oid: ObjectId
  type: ObjectType
  size: number
}

export interface GitObject extends ObjectInfo {
  content: Buffer
}

const HEADER = /^([0-9a-f]{40}|[0-9a-f]{64}) (blob|tree|commit|tag) (\d+)$/
const EMPTY = Buffer.alloc(0)

/**
 * Reads objects and resolves revisions through one long-lived `git cat-file --batch-command`: about a tenth of a millisecond each,
 * where a process of its own costs two or three. Sees objects and refs that appear later. Does not keep this process alive while idle;
 * starts anew when the child has died, and ends one that was asked and says nothing for long.
 */
export class ObjectReader {
  readonly #layout: RepositoryLayout
  readonly #silenceMs: number
  #talk: Promise<Conversation> | undefined

  constructor(layout: RepositoryLayout, { silenceMs = ANSWER_MS }: { silenceMs?: number } = {}) {
    this.#layout = layout
    this.#silenceMs = silenceMs
  }

  /** What a name (`HEAD^{tree}`, `main:path`, an id) stands for; undefined if there is nothing of that name. */
  info(name: string): Promise<ObjectInfo | undefined> {
    return this.#ask(`info ${name}`, false)
  }

  /** As {@link info}, with the object's bytes. */
  contents(name: string): Promise<GitObject | undefined> {
    return this.#ask(`contents ${name}`, true)
  }

  async close(): Promise<void> {
    const talk = await this.#talk?.catch(() => undefined)
    this.#talk = undefined
    await talk?.stop()
  }

  async #ask(command: string, wantsContent: boolean): Promise<GitObject | undefined> {
    if (/[\n\0]/.test(command)) return undefined
    for (;;) {
      const open = this.#talk ?? this.#start()
      this.#talk = open
      const talk = await open
      if (talk.running) return talk.ask(command, wantsContent)
      // It died between two questions: one that it never got is nobody's failure.
      if (this.#talk === open) this.#talk = undefined
    }
  }

  #start(): Promise<Conversation> {
    const starting = Conversation.start(this.#layout, this.#silenceMs)
    // One that could not be started is not waited for by the next question.
    starting.catch(() => {
      if (this.#talk === starting) this.#talk = undefined
    })
    return starting
  }
}

interface Pending {
  wantsContent: boolean
  resolve(answer: GitObject | undefined): void
  reject(error: unknown): void
}

/** Questions to one process and its answers, in the order of the questions. When it ends, so do all that are open. */
class Conversation {
  readonly #service: Service
  /** Runs out when nothing has come for long; of no meaning while nothing is asked. */
  readonly #silence: NodeJS.Timeout
  #silent = false
  #pending: Pending[] = []
  #chunks: Buffer[] = []
  #bytes = 0
  #header: ObjectInfo | undefined

  private constructor(service: Service, silenceMs: number) {
    this.#service = service
    this.#silence = setTimeout(() => this.#endSilence(), silenceMs)
    this.#silence.unref()
    service.stdout.on('data', (chunk: Buffer) => {
      this.#silence.refresh()
      this.#chunks.push(chunk)
      this.#bytes += chunk.length
      this.#parse()
      if (this.#pending.length === 0) service.keepAlive(false)
    })
    void service.exited.then(({ exitCode }) => {
      clearTimeout(this.#silence)
      const reason = this.#silent ? `it gave no answer for ${silenceMs / 1000} s` : service.errorOutput()
      for (const { reject } of this.#pending.splice(0)) reject(new GitCommandError('cat-file', exitCode, reason))
    })
    service.keepAlive(false)
  }

  static async start(layout: RepositoryLayout, silenceMs: number): Promise<Conversation> {
    const service = await spawnService({
      file: 'git',
      args: [...configArguments(), '--git-dir', layout.gitDir, 'cat-file', '--batch-command'],
      cwd: layout.commonDir,
      env: gitEnvironment(),
    })
    return new Conversation(service, silenceMs)
  }

  get running(): boolean {
    return this.#service.running
  }

  ask(command: string, wantsContent: boolean): Promise<GitObject | undefined> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ wantsContent, resolve, reject })
      if (this.#pending.length === 1) this.#silence.refresh()
      this.#service.keepAlive(true)
      this.#service.stdin.write(`${command}\n`)
    })
  }

  async stop(): Promise<void> {
    await this.#service.stop()
  }

  #endSilence(): void {
    if (this.#pending.length === 0) return
    this.#silent = true
    void this.#service.stop(0)
  }

  #parse(): void {
    for (;;) {
      const pending = this.#pending[0]
      if (pending === undefined) return
      if (this.#header === undefined) {
        const line = this.#takeLine()
        if (line === undefined) return
        const [, oid, type, size] = HEADER.exec(line) ?? []
        if (oid === undefined || type === undefined) {
          this.#pending.shift()
          pending.resolve(undefined)
          continue
        }
        this.#header = { oid: objectIdSchema.parse(oid), type: objectType(type), size: Number(size) }
      }
      const header = this.#header
      let content: Buffer = EMPTY
      if (pending.wantsContent) {
        const taken = this.#takeBytes(header.size)
        if (taken === undefined) return
        content = taken
      }
      this.#header = undefined
      this.#pending.shift()
      pending.resolve({ ...header, content })
    }
  }

  #takeLine(): string | undefined {
    const all = this.#join()
    const end = all.indexOf(10)
    if (end < 0) return undefined
    this.#keep(all.subarray(end + 1))
    return all.toString('utf8', 0, end)
  }

  /** A body and the line feed behind it. Joins only once all of it is here, so that a large blob costs linear time. */
  #takeBytes(size: number): Buffer | undefined {
    if (this.#bytes < size + 1) return undefined
    const all = this.#join()
    this.#keep(all.subarray(size + 1))
    return all.subarray(0, size)
  }

  #join(): Buffer {
    const [first, second] = this.#chunks
    if (first !== undefined && second === undefined) return first
    return Buffer.concat(this.#chunks)
  }

  #keep(rest: Buffer): void {
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#bytes = rest.length
  }
}

function objectType(text: string): ObjectType {
  if (text === 'blob' || text === 'tree' || text === 'commit') return text
  return 'tag'
}
