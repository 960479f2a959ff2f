import { setTimeout as delay } from 'node:timers/promises'
import { AgentFailedError } from '../errors.ts'
import type { Agent, AgentEvent, AssignedSubtask, WorkspaceView } from '../ports/agent.ts'
import type { AgentContext } from '../ports/context-provider.ts'
import type { Session } from './session.ts'
import { type BaseFiles, SessionOverlay } from './session-overlay.ts'

export interface RecordedAgentOptions {
  readonly session: Session
  readonly files: BaseFiles
  /** @default the agent of the session */
  readonly name?: string
  /** `recorded` waits between events as long as the recorded agent did. @default 'none' */
  readonly timing?: 'none' | 'recorded'
}

/** Replays a recorded session: says what was said and makes the same edits, on the files as they are at its base. Touches no disk. */
export class RecordedAgent implements Agent {
  readonly name: string
  readonly #options: RecordedAgentOptions

  constructor(options: RecordedAgentOptions) {
    this.name = options.name ?? options.session.agent
    this.#options = options
  }

  async *run(
    subtask: AssignedSubtask,
    _context: AgentContext,
    workspace: WorkspaceView,
    signal: AbortSignal,
  ): AsyncGenerator<AgentEvent, void, undefined> {
    const { session, files, timing = 'none' } = this.#options
    const attempt = session.attempts[subtask.attempt - 1] ?? session.attempts.at(-1)
    if (attempt === undefined) throw new AgentFailedError('The session has no attempt.')
    const overlay = new SessionOverlay(files, workspace.commit)
    let now = 0
    for (const event of attempt.events) {
      // An abort ends the wait; the signal's own reason is thrown below.
      if (timing === 'recorded' && event.at > now) await delay(event.at - now, undefined, { signal }).catch(() => {})
      now = Math.max(now, event.at)
      signal.throwIfAborted()
      if (event.type === 'edit') {
        await overlay.apply(event)
        yield { type: 'message', text: `${event.edit} ${event.path}` }
      } else {
        const { at: _at, ...said } = event
        yield said
      }
    }
    const changes = await overlay.changes()
    yield { type: 'proposed', changes, ...(attempt.description === '' ? {} : { description: attempt.description }) }
  }
}
