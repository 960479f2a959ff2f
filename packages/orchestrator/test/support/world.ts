import type { PlanInput } from '../../src/index.ts'
import {
  AgentRegistry,
  FilePlanner,
  MemoryRunStore,
  ParallelOrchestrator,
  type ParallelOrchestratorOptions,
  type RunEvent,
  type RunHandle,
} from '../../src/index.ts'
import { type Judge, MemoryRepository, type Script, ScriptedAgents } from '../../src/testing/index.ts'

export interface WorldOptions extends Partial<ParallelOrchestratorOptions> {
  files?: Record<string, string>
  judge?: Judge
  scripts: Record<string, Script>
}

/** A repository in memory with scripted agents, and an orchestrator over it. */
export function world({ files = {}, judge, scripts, ...options }: WorldOptions) {
  const repository = new MemoryRepository(files, judge)
  const agents = new ScriptedAgents(repository, scripts)
  const runs = new MemoryRunStore()
  const ports = {
    planner: new FilePlanner(),
    agents: new AgentRegistry().register(agents),
    workspaces: repository,
    context: repository,
    desk: repository,
    target: repository,
    merger: repository,
    runs,
  }
  return { repository, agents, runs, ports, orchestrator: new ParallelOrchestrator({ ...ports, ...options }) }
}

export function scripted(id: string, more: Partial<PlanInput['subtasks'][number]> = {}): PlanInput['subtasks'][number] {
  return { id, title: `Do ${id}`, agent: { kind: 'scripted', script: id }, ...more }
}

export function planOf(...subtasks: PlanInput['subtasks']): string {
  return JSON.stringify({ title: 'A run', subtasks })
}

export async function eventsOf(handle: RunHandle): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of handle.events) events.push(event)
  return events
}
