import { randomUUID } from 'node:crypto'
import {
  type FileChange,
  patchSchema,
  type QueuedPatch,
  type RunId,
  runIdSchema,
  subtaskIdSchema,
} from '@patchlane/kernel'
import type { WorkspaceManager } from '@patchlane/workspace'
import type { AgentRequest } from '../pipeline.ts'
import type { AgentWiring } from '../wiring/agents.ts'
import type { CodeIntelligence } from '../wiring/code-intelligence.ts'
import type { RepositoryContext } from '../wiring/repository-context.ts'
import type { QueuePatchDesk } from './patch-desk.ts'

/** Short, since it is renewed: what a killed process leaves is free again after so long. */
const LEASE_MS = 180_000

export interface AgentDeskParts {
  context: RepositoryContext
  code: CodeIntelligence
  desk: QueuePatchDesk
  workspaces: WorkspaceManager
  agents: () => Promise<AgentWiring>
}

const SUBJECT_LENGTH = 72

/** Runs one program in a workspace of its own and proposes what it changed. */
export class AgentDesk {
  readonly #parts: AgentDeskParts

  constructor(parts: AgentDeskParts) {
    this.#parts = parts
  }

  async run(request: AgentRequest): Promise<QueuedPatch | null> {
    const { context, code, desk, workspaces, agents } = this.#parts
    const { git, repoId, target, ref } = context
    const signal = request.signal ?? new AbortController().signal
    const commit = await git.resolve(request.base ?? ref)
    const stamp = await code.stamp(commit, signal)
    const [program = ''] = request.command
    const name = `command:${program.split('/').at(-1)}`
    const title = request.title ?? titleOf(request.command)
    const agent = (await agents()).command(name, request.command)
    // Agents end with the process that started them: what a killed one left is free at once.
    await workspaces.reap({ deadHolders: true })
    const session = await workspaces.lease({ commit, holder: name, ttlMs: LEASE_MS, waitMs: 600_000, signal })
    const heartbeat = setInterval(() => void session.heartbeat().catch(() => {}), LEASE_MS / 3)
    try {
      const subtask = { ...oneTime(), title, description: '', files: [], attempt: 1, feedback: null }
      const readSet = { paths: [], complete: false }
      let changes: readonly FileChange[] = []
      for await (const event of agent.run(subtask, { stamp, text: '', readSet }, session, signal)) {
        if (event.type === 'output') request.onOutput?.(event.text)
        if (event.type === 'proposed') changes = event.changes
      }
      if (changes.length === 0) return null
      const patch = {
        patchId: randomUUID(),
        repoId,
        target,
        // A person may have moved the workspace onto a newer head meanwhile.
        base: session.commit === commit ? stamp : await code.stamp(session.commit, signal),
        author: { agent: name },
        title,
        changes: [...changes],
        readSet,
      }
      return await desk.propose(patchSchema.parse(patch))
    } finally {
      clearInterval(heartbeat)
      await session.release()
    }
  }
}

/** Becomes the subject of the commit, so it is one line of the length that git's own tools show. */
function titleOf(command: readonly string[]): string {
  const words = `Run ${command.join(' ')}`.replace(/\s+/g, ' ').trim()
  return words.length <= SUBJECT_LENGTH ? words : `${words.slice(0, SUBJECT_LENGTH - 1).trimEnd()}…`
}

function oneTime(): { runId: RunId; id: ReturnType<typeof subtaskIdSchema.parse> } {
  return { runId: runIdSchema.parse(`agent-${randomUUID()}`), id: subtaskIdSchema.parse('agent') }
}
