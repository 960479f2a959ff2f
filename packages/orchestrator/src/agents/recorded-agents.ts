import type { AgentKind } from '../agent-registry.ts'
import { agentName, type RecordedAgentSpec, recordedAgentSpecSchema } from '../plan/plan-schema.ts'
import type { Agent } from '../ports/agent.ts'
import { RecordedAgent } from './recorded-agent.ts'
import { parseSession } from './session.ts'
import type { BaseFiles } from './session-overlay.ts'

export interface RecordedAgentsOptions {
  readonly files: BaseFiles
  /** The text of the session file that a plan names. */
  readonly load: (session: string) => Promise<string>
}

/** The kind `recorded` for an `AgentRegistry`. The session is read when the agent runs. */
export function recordedAgents(options: RecordedAgentsOptions): AgentKind<RecordedAgentSpec> {
  return {
    kind: 'recorded',
    schema: recordedAgentSpecSchema,
    create: (spec): Agent => {
      const name = agentName(spec)
      return {
        name,
        async *run(...args) {
          const session = parseSession(await options.load(spec.session))
          yield* new RecordedAgent({ name, session, files: options.files, timing: spec.timing }).run(...args)
        },
      }
    },
  }
}
