import { runIdSchema, subtaskIdSchema, touchedPaths } from '@patchlane/kernel'
import type { TestApi } from '@patchlane/kernel/testing'
import type { Agent, AgentEvent, AgentProposal, AssignedSubtask, WorkspaceView } from '../ports/agent.ts'
import type { AgentContext } from '../ports/context-provider.ts'

/** An agent that is about to work, with all it is given. */
export interface AgentScenario {
  readonly agent: Agent
  readonly workspace: WorkspaceView
  readonly context: AgentContext
  /** Undefined where nothing of the agent is left running. Asked after the agent ended. */
  stillRunning?(): Promise<string | undefined>
  dispose(): Promise<void>
}

export interface AgentHarness {
  /** Changes exactly the paths given, then ends. */
  editing(paths: readonly string[]): Promise<AgentScenario>
  /** Works until it is aborted. */
  endless(): Promise<AgentScenario>
  /** Fails after it began. */
  failing(): Promise<AgentScenario>
}

export function assignedFixture(overrides: Partial<AssignedSubtask> = {}): AssignedSubtask {
  return {
    runId: runIdSchema.parse('run'),
    id: subtaskIdSchema.parse('subtask'),
    title: 'Change something',
    description: '',
    files: [],
    attempt: 1,
    feedback: null,
    ...overrides,
  }
}

/** What every {@link Agent} guarantees. */
export function agentContract({ it, expect }: TestApi, harness: AgentHarness): void {
  const run = async (scenario: AgentScenario, signal = new AbortController().signal): Promise<AgentEvent[]> => {
    const events: AgentEvent[] = []
    const { agent, context, workspace } = scenario
    for await (const event of agent.run(assignedFixture(), context, workspace, signal)) events.push(event)
    return events
  }

  it('ends in one proposal of exactly what it changed', async () => {
    const scenario = await harness.editing(['b.txt', 'folder/a.txt'])
    try {
      const events = await run(scenario)
      const proposals = events.filter((event): event is AgentProposal => event.type === 'proposed')
      expect(proposals).toHaveLength(1)
      expect(events.at(-1)).toBe(proposals[0])
      expect(touchedPaths(proposals[0]?.changes ?? [])).toEqual(['b.txt', 'folder/a.txt'])
    } finally {
      await scenario.dispose()
    }
  })

  it('proposes nothing where it changed nothing', async () => {
    const scenario = await harness.editing([])
    try {
      expect((await run(scenario)).at(-1)).toMatchObject({ type: 'proposed', changes: [] })
    } finally {
      await scenario.dispose()
    }
  })

  it('throws where it fails, and proposes nothing then', async () => {
    const scenario = await harness.failing()
    const events: AgentEvent[] = []
    try {
      const { agent, context, workspace } = scenario
      const work = async () => {
        const signal = new AbortController().signal
        for await (const event of agent.run(assignedFixture(), context, workspace, signal)) events.push(event)
      }
      await expect(work()).rejects.toThrow()
      expect(events.filter(({ type }) => type === 'proposed')).toEqual([])
    } finally {
      await scenario.dispose()
    }
  })

  it('does not begin under an aborted signal', async () => {
    const scenario = await harness.editing(['a.txt'])
    try {
      await expect(run(scenario, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
      expect(await scenario.workspace.capture()).toEqual([])
    } finally {
      await scenario.dispose()
    }
  })

  it('is dead when its iteration ends after an abort', async () => {
    const scenario = await harness.endless()
    const stop = new AbortController()
    const { agent, context, workspace } = scenario
    try {
      const work = async () => {
        for await (const _ of agent.run(assignedFixture(), context, workspace, stop.signal))
          stop.abort(new Error('stop'))
      }
      await expect(work()).rejects.toThrow('stop')
      expect(await scenario.stillRunning?.()).toBeUndefined()
    } finally {
      await scenario.dispose()
    }
  })

  it('is dead when its reader leaves early', async () => {
    const scenario = await harness.endless()
    const { agent, context, workspace } = scenario
    try {
      for await (const _ of agent.run(assignedFixture(), context, workspace, new AbortController().signal)) break
      expect(await scenario.stillRunning?.()).toBeUndefined()
    } finally {
      await scenario.dispose()
    }
  })
}
