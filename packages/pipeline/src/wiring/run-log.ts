import type { Database, EventLog } from '@patchlane/database'
import type { EventDraft } from '@patchlane/kernel'
import type { RunEvent } from '@patchlane/orchestrator'

/** The stream that the events of a run are in. */
export function runStream(runId: string): string {
  return `run:${runId}`
}

/**
 * Keeps what happens in runs in the event log, for other processes and for later. What an agent prints is only shown, never kept: it has no bounds.
 * A run never waits for its log, and a log that cannot be written does not end a run.
 */
export class RunLog {
  readonly #database: Database
  readonly #events: EventLog
  #waiting: EventDraft[] = []
  #writing: Promise<void> | undefined

  constructor(database: Database, events: EventLog) {
    this.#database = database
    this.#events = events
  }

  record(event: RunEvent): void {
    if (event.type === 'agent.output') return
    this.#waiting.push(draftOf(event))
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
  }

  /** Resolves when all that was recorded is written. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  /** What came while the last were being written is written together. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const drafts = this.#waiting
      this.#waiting = []
      await this.#database.transaction((trx) => this.#events.append(trx, drafts)).catch(() => {})
    }
  }
}

function draftOf(event: RunEvent): EventDraft {
  const { type, runId, at: _at, ...rest } = event
  const subject = 'subtask' in event ? event.subtask : runId
  // As it would be printed: without members that are undefined.
  return { stream: runStream(runId), type, subject, data: JSON.parse(JSON.stringify(rest)) }
}
