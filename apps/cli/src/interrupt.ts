import type { CliIo } from './io/cli-io.ts'

const EXIT = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Ctrl-C. The first one aborts `signal`, so that what runs ends cleanly and gives its leases back; the second ends the process
 * at once, and the next start cleans up.
 */
export class Interrupt {
  readonly #controller = new AbortController()
  readonly #dispose: () => void
  #received: keyof typeof EXIT | undefined
  /** Set by commands that go on until Ctrl-C: for them it is a normal end, with exit code 0. */
  endsNormally = false
  /** What the first Ctrl-C says. Set it to tell how to go on later. */
  message: () => string = () => 'Stopping. Press Ctrl-C again to quit at once.'
  /** Where it says so. A live view puts itself here, to keep its lines whole. */
  announce: (text: string) => void
  /** Called before the process is ended at once: puts the terminal right. */
  beforeKill: () => void = () => undefined

  constructor(io: Pick<CliIo, 'onInterrupt' | 'kill' | 'stderr'>) {
    this.announce = (text) => io.stderr.write(`${text}\n`)
    this.#dispose = io.onInterrupt((signal) => {
      if (this.#received !== undefined) {
        this.beforeKill()
        io.kill(EXIT[signal])
        return
      }
      this.#received = signal
      this.announce(this.message())
      this.#controller.abort(new Error(`interrupted by ${signal}`))
    })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** 130 or 143 once interrupted, or 0 where that is a normal end. */
  get exitCode(): number | undefined {
    if (this.#received === undefined) return undefined
    return this.endsNormally ? 0 : EXIT[this.#received]
  }

  dispose(): void {
    this.#dispose()
  }
}
