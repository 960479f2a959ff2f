import { readFile } from 'node:fs/promises'
import { AgentRegistry } from '@patchlane/orchestrator'
import { CommandAgent, commandAgents, openSandbox, recordedAgents, type Sandbox } from '@patchlane/orchestrator/agents'
import type { PatchlaneConfig } from '../config-schema.ts'
import { PrivateDrop } from './private-drop.ts'
import type { RepositoryContext } from './repository-context.ts'
import type { Stores } from './stores.ts'
import { TargetGuard } from './target-guard.ts'

export interface AgentWiring {
  registry: AgentRegistry
  sandbox: Sandbox | undefined
  /** One command agent outside a plan. */
  command(name: string, command: readonly string[]): CommandAgent
}

/** Agents, confined where the system can do it and watched where it cannot. */
export async function wireAgents(
  context: RepositoryContext,
  stores: Stores,
  config: PatchlaneConfig,
  workspaceRoot: string,
): Promise<AgentWiring> {
  const { git, target, ref, repoId } = context
  const protect = [git.commonDir, workspaceRoot, ...(git.workTree === null ? [] : [git.workTree])]
  const sandbox = await openSandbox({ mode: config.agents.sandbox, protect })
  const hasLanded = async (commit: string) => {
    const landed = await stores.queue.list({ repoId, target, status: ['landed'], limit: 1000, latestFirst: true })
    return landed.some((entry) => entry.verdict?.landedCommit === commit)
  }
  const shared = {
    drop: new PrivateDrop(),
    env: Object.fromEntries(config.agents.env.flatMap((name) => entryOf(name))),
    timeoutMs: config.agents.timeoutSeconds * 1000,
    // What it sees read-only it cannot have changed, so that a commit of the user's meanwhile raises no alarm.
    guard: sandbox === undefined ? new TargetGuard({ git, target: ref, hasLanded }) : undefined,
    sandbox,
  }
  const registry = new AgentRegistry().register(commandAgents(shared)).register(
    recordedAgents({
      files: { read: (commit, path) => git.readFile(commit, path) },
      load: (session) => readFile(session, 'utf8'),
    }),
  )
  return { registry, sandbox, command: (name, command) => new CommandAgent({ ...shared, name, command }) }
}

function entryOf(name: string): [string, string][] {
  const value = process.env[name]
  return value === undefined ? [] : [[name, value]]
}
