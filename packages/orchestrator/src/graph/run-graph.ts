import type { BaseCheckpointSaver } from '@langchain/langgraph'
import type { ObjectId } from '@patchlane/kernel'
import { agentName } from '../plan/plan-schema.ts'
import { type Unit, unitsOf } from '../plan/unit.ts'
import { noCost } from '../run/run-result.ts'
import type { RunScope } from '../run/run-scope.ts'
import type { RunState } from '../run/run-state.ts'
import type { UnitOutcome } from '../run/unit-outcome.ts'
import { type UnitState, UnitWorker } from '../run/unit-worker.ts'
import { type LangGraphModule, unitGraph } from './unit-graph.ts'

/** What a unit is sent out with. */
interface Dispatch {
  unit: Unit
  /** Where it stood when the run last ended, if a person had to answer first. */
  pending: UnitOutcome | null
}

/** Steps of a unit: two per attempt, and room for what LangGraph counts beside. */
const RECURSION_LIMIT = 100

/**
 * The graph of a run: plan, all units at once by `Send`, finish. The units depend on each other through the board and not through
 * further steps, since a step of the graph ends only when its slowest node does.
 */
export function runGraph(langGraph: LangGraphModule, scope: RunScope, checkpointer: BaseCheckpointSaver) {
  const { Annotation, StateGraph, START, END, Send } = langGraph
  const worker = new UnitWorker(scope)
  const perUnit = unitGraph(langGraph, worker)

  const state = Annotation.Root({
    request: Annotation<RunState['request']>(),
    options: Annotation<RunState['options']>(),
    plan: Annotation<RunState['plan']>(),
    base: Annotation<RunState['base']>(),
    head: Annotation<RunState['head']>(),
    startedAt: Annotation<RunState['startedAt']>(),
    outcomes: Annotation<RunState['outcomes']>({
      reducer: (before, after) => ({ ...before, ...after }),
      default: () => ({}),
    }),
  })
  const dispatch = Annotation.Root({ unit: Annotation<Dispatch['unit']>(), pending: Annotation<Dispatch['pending']>() })

  return new StateGraph(state)
    .addNode('make_plan', async ({ request, options }) => {
      const plan = await scope.ports.planner.plan({ text: request, signal: scope.signal })
      // Says at once what would otherwise be found when the last agent is started.
      for (const subtask of plan.subtasks) scope.ports.agents.create(subtask.agent)
      await scope.adopt(plan, options)
      return { plan }
    })
    .addNode(
      'unit',
      async ({ unit, pending }: Dispatch, config) => {
        const outcome = await runUnit(scope, unit, async (dependencies, startFrom) => {
          const input: UnitState = {
            unit,
            dependencies,
            startFrom,
            attempt: Math.max(1, pending?.attempts ?? 1),
            patchId: pending?.patchId ?? null,
            previousPatchId: null,
            feedback: null,
            cost: pending?.cost ?? noCost,
            outcome: null,
          }
          const end = await perUnit.invoke(input, { ...config, recursionLimit: RECURSION_LIMIT })
          return end.outcome
        })
        return { outcomes: { [unit.id]: outcome } }
      },
      { input: dispatch },
    )
    .addNode('finish', async () => ({ head: await scope.ports.target.head() }))
    .addEdge(START, 'make_plan')
    .addConditionalEdges(
      'make_plan',
      ({ plan, outcomes }) => {
        const open = unitsOf(plan).filter(({ id }) => outcomes[id]?.final !== true)
        return open.length === 0
          ? 'finish'
          : open.map((unit) => new Send('unit', { unit, pending: outcomes[unit.id] ?? null }))
      },
      ['unit', 'finish'],
    )
    .addEdge('unit', 'finish')
    .addEdge('finish', END)
    .compile({ checkpointer, name: 'patchlane-run' })
}

/** Waits for what the unit depends on, then runs it; tells the board and the reader how it ended. */
async function runUnit(
  scope: RunScope,
  unit: Unit,
  run: (dependencies: UnitState['dependencies'], startFrom: ObjectId | null) => Promise<UnitOutcome | null>,
): Promise<UnitOutcome> {
  const startedAt = performance.now()
  const members = unit.members.map((subtask) => ({ subtask: subtask.id, agent: agentName(subtask.agent) }))
  if (unit.dependsOn.length > 0) {
    const message = `waits for ${unit.dependsOn.join(', ')}`
    for (const about of members) scope.emit({ type: 'subtask.waiting', ...about, message })
  }
  const needed = await Promise.all(unit.dependsOn.map((id) => scope.board.read(id, scope.signal)))
  const missing = needed.find(({ status }) => status !== 'landed')
  let outcome = missing === undefined ? null : blocked(unit, missing)
  if (outcome === null) {
    const patches = needed.flatMap(({ patchId }) => patchId ?? [])
    // Of several landed commits the head alone is sure to hold all.
    const startFrom = needed.length === 1 ? (needed[0]?.landedCommit ?? null) : null
    outcome = (await run(patches, startFrom)) ?? blocked(unit, undefined)
  }
  scope.board.post(outcome)
  const { status, reason: message, attempts } = outcome
  const durationMs = Math.round(performance.now() - startedAt)
  for (const about of members) {
    scope.emit({ type: 'subtask.finished', ...about, status, message, data: { attempts, durationMs } })
  }
  return outcome
}

/** A unit that could not start because of another. It is final unless the other still waits for a person. */
function blocked(unit: Unit, by: UnitOutcome | undefined): UnitOutcome {
  const waits = by !== undefined && !by.final
  const reason =
    by === undefined
      ? 'It ended without an outcome.'
      : waits
        ? `Depends on ${by.unitId}, which awaits approval; resume the run once it is answered.`
        : `Depends on ${by.unitId}, which did not land (${by.status}).`
  return {
    unitId: unit.id,
    status: 'failed',
    reason,
    patchId: null,
    attempts: 0,
    landedCommit: null,
    cost: noCost,
    final: !waits,
  }
}
