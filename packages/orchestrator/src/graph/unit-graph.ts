import type * as LangGraph from '@langchain/langgraph'
import type { UnitState, UnitWorker } from '../run/unit-worker.ts'

/** Loaded when a run starts: half a second that a program which only lists runs does not pay. */
export type LangGraphModule = typeof LangGraph

/**
 * The graph of one unit: `work` and `judge` in turn, until there is an outcome. It is checkpointed in the run's thread, in a namespace
 * of its own, so that a resumed run goes on at the step it was killed in.
 */
export function unitGraph({ Annotation, StateGraph, START, END }: LangGraphModule, worker: UnitWorker) {
  const state = Annotation.Root({
    unit: Annotation<UnitState['unit']>(),
    dependencies: Annotation<UnitState['dependencies']>(),
    startFrom: Annotation<UnitState['startFrom']>(),
    attempt: Annotation<UnitState['attempt']>(),
    patchId: Annotation<UnitState['patchId']>(),
    previousPatchId: Annotation<UnitState['previousPatchId']>(),
    feedback: Annotation<UnitState['feedback']>(),
    cost: Annotation<UnitState['cost']>(),
    outcome: Annotation<UnitState['outcome']>(),
  })
  const next = (at: UnitState) => (at.outcome !== null ? END : at.patchId === null ? 'work' : 'judge')
  return new StateGraph(state)
    .addNode('work', (at) => worker.work(at))
    .addNode('judge', (at) => {
      const { patchId } = at
      return patchId === null ? {} : worker.judge({ ...at, patchId })
    })
    .addConditionalEdges(START, next, ['work', 'judge', END])
    .addConditionalEdges('work', next, ['work', 'judge', END])
    .addConditionalEdges('judge', next, ['work', 'judge', END])
    .compile({ name: 'patchlane-unit' })
}
