import type { AgentKind } from '../agent-registry.ts'
import { agentName, type CommandAgentSpec, commandAgentSpecSchema } from '../plan/plan-schema.ts'
import { CommandAgent, type CommandAgentOptions } from './command-agent.ts'

export type CommandAgentsOptions = Omit<CommandAgentOptions, 'name' | 'command'>

/** The kind `command` for an `AgentRegistry`: what a plan says of an agent wins over what is given here. */
export function commandAgents(options: CommandAgentsOptions): AgentKind<CommandAgentSpec> {
  return {
    kind: 'command',
    schema: commandAgentSpecSchema,
    create: (spec) =>
      new CommandAgent({
        ...options,
        name: agentName(spec),
        command: spec.command,
        env: { ...options.env, ...spec.env },
        ...(spec.timeoutSeconds === undefined ? {} : { timeoutMs: spec.timeoutSeconds * 1000 }),
      }),
  }
}
