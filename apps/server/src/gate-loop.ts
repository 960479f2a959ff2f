import { setTimeout as delay } from 'node:timers/promises'
import type { Gate } from '@patchlane/pipeline'
import type { FastifyBaseLogger } from 'fastify'

export type GateState = 'off' | 'running' | 'retrying' | 'stopped'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000

/** Keeps a gate at work in this process: when it fails, it is started again after a pause that doubles up to half a minute. */
export class GateLoop {
  #state: GateState = 'off'
  readonly #stop = new AbortController()
  #ended: Promise<void> = Promise.resolve()

  get state(): GateState {
    return this.#state
  }

  start(gate: Gate, log: Pick<FastifyBaseLogger, 'info' | 'error'>): void {
    this.#state = 'running'
    this.#ended = this.#run(gate, log)
  }

  /** Resolves when the gate has given its lease back. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#ended
  }

  async #run(gate: Gate, log: Pick<FastifyBaseLogger, 'info' | 'error'>): Promise<void> {
    const { signal } = this.#stop
    let pause = FIRST_PAUSE_MS
    while (!signal.aborted) {
      try {
        this.#state = 'running'
        await gate.watch({
          signal,
          onReport: (report) => {
            pause = FIRST_PAUSE_MS
            for (const { patch, status } of report.settled)
              log.info({ patchId: patch.patchId, status }, 'patch settled')
          },
        })
        break
      } catch (error) {
        if (signal.aborted) break
        this.#state = 'retrying'
        log.error({ err: error, pauseMs: pause }, 'the gate failed and will be started again')
        await delay(pause, undefined, { signal }).catch(() => undefined)
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
      }
    }
    this.#state = 'stopped'
  }
}
