import { FakePipeline } from '../../server/test/fake-pipeline.ts'
import type { CliIo, OutputStream, Prompt } from '../src/io/cli-io.ts'
import { runCli } from '../src/run-cli.ts'
import type { CliServices } from '../src/services.ts'

export class FakeStream implements OutputStream {
  text = ''
  isTerminal = false
  columns = 100
  rows = 24
  readonly #listeners = new Set<() => void>()

  write(text: string | Uint8Array): void {
    this.text += typeof text === 'string' ? text : new TextDecoder().decode(text)
  }

  onResize(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  resize(columns: number): void {
    this.columns = columns
    for (const listener of this.#listeners) listener()
  }
}

/** A stand-in for the process: what it prints is kept, what it is asked comes from the test. */
export class FakeIo implements CliIo {
  readonly stdout = new FakeStream()
  readonly stderr = new FakeStream()
  stdin = ''
  stdinIsTerminal = false
  env: Record<string, string | undefined> = { PATCHLANE_USER: 'ann' }
  cwd = '/nowhere'
  answers: (string | boolean | undefined)[] = []
  asked: string[] = []
  killedWith: number | undefined
  readonly #listeners = new Set<(signal: 'SIGINT' | 'SIGTERM') => void>()

  async readStdin(): Promise<Uint8Array> {
    return new TextEncoder().encode(this.stdin)
  }

  async *stdinChunks(): AsyncGenerator<Uint8Array> {
    yield await this.readStdin()
  }

  async prompt(): Promise<Prompt> {
    const next = (question: string) => {
      this.asked.push(question)
      return this.answers.shift()
    }
    return {
      select: async (question, choices) => {
        const answer = next(question)
        return choices.find((choice) => choice.value === answer)?.value
      },
      confirm: async (question) => {
        const answer = next(question)
        return typeof answer === 'boolean' ? answer : undefined
      },
    }
  }

  onInterrupt(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  interrupt(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): void {
    for (const listener of this.#listeners) listener(signal)
  }

  get listening(): number {
    return this.#listeners.size
  }

  kill(code: number): void {
    this.killedWith = code
  }

  now(): number {
    return 1_760_000_100_000
  }

  /** Makes all streams look like a terminal. */
  onTerminal(): this {
    this.stdinIsTerminal = true
    this.stdout.isTerminal = true
    this.stderr.isTerminal = true
    return this
  }
}

export class Cli {
  readonly pipeline = new FakePipeline()
  readonly io = new FakeIo()
  readonly opened: unknown[] = []
  services: CliServices = {
    version: '1.2.3',
    openPipeline: async (options) => {
      this.opened.push(options)
      return this.pipeline
    },
    serve: async () => {
      throw new Error('not served here')
    },
  }

  /** Runs a command line; output of earlier ones is forgotten. */
  async run(...words: string[]): Promise<number> {
    this.io.stdout.text = ''
    this.io.stderr.text = ''
    return runCli(words, { io: this.io, services: this.services })
  }

  get out(): string {
    return this.io.stdout.text
  }

  get err(): string {
    return this.io.stderr.text
  }

  /** The last line of standard output as JSON. */
  get json(): unknown {
    return JSON.parse(this.out.trimEnd().split('\n').at(-1) ?? '')
  }
}
