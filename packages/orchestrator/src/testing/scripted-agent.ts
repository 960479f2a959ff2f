import { setTimeout as delay } from 'node:timers/promises'
import { versionOf } from '@patchlane/kernel/testing'
import { z } from 'zod'
import type { AgentKind } from '../agent-registry.ts'
import type { Agent, AgentEvent, AssignedSubtask, WorkspaceView } from '../ports/agent.ts'
import type { MemoryRepository } from './memory-repository.ts'

/** What a scripted agent does: it sees its files and may write them. */
export type Script = (files: {
  read(path: string): string | undefined
  write(path: string, text: string): void
  readonly subtask: AssignedSubtask
  readonly workspace: WorkspaceView
  readonly signal: AbortSignal
}) => void | Promise<void>

const specSchema = z.looseObject({ kind: z.literal('scripted'), script: z.string() })

/** Agents of kind `scripted`, for tests: each does what the function of its name does, in a workspace of a {@link MemoryRepository}. */
export class ScriptedAgents implements AgentKind<z.infer<typeof specSchema>> {
  readonly kind = 'scripted'
  readonly schema = specSchema
  /** How many are at work, and how many were at most. */
  running = 0
  peak = 0
  /** Attempts in the order they began. */
  readonly started: { subtask: string; attempt: number; base: string }[] = []
  readonly #scripts: Record<string, Script>
  readonly #repository: MemoryRepository

  constructor(repository: MemoryRepository, scripts: Record<string, Script>) {
    this.#repository = repository
    this.#scripts = scripts
  }

  create(spec: z.infer<typeof specSchema>): Agent {
    const agents = this
    return {
      name: spec.script,
      async *run(subtask, _context, workspace, signal): AsyncGenerator<AgentEvent> {
        yield { type: 'message', text: `attempt ${subtask.attempt}` }
        agents.started.push({ subtask: subtask.id, attempt: subtask.attempt, base: workspace.commit })
        agents.running += 1
        agents.peak = Math.max(agents.peak, agents.running)
        try {
          await agents.#play(spec.script, subtask, workspace, signal)
        } finally {
          agents.running -= 1
        }
        yield { type: 'usage', inputTokens: 10, outputTokens: 1, usd: 0.5 }
        yield { type: 'proposed', changes: await workspace.capture() }
      },
    }
  }

  async #play(script: string, subtask: AssignedSubtask, workspace: WorkspaceView, signal: AbortSignal): Promise<void> {
    const files = this.#repository.files(workspace.directory)
    const read = (path: string) => {
      const version = files.get(path)
      return version === undefined ? undefined : new TextDecoder().decode(version.content)
    }
    const write = (path: string, text: string) => files.set(path, versionOf(text))
    // One turn of the event loop, so that agents overlap as real ones do.
    await delay(0, undefined, { signal })
    await this.#scripts[script]?.({ read, write, subtask, workspace, signal })
    signal.throwIfAborted()
  }
}
