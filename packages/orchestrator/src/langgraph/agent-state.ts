import { Annotation } from '@langchain/langgraph'
import type { ModeState } from '../modes/mode-machine.ts'
import type { ModeStep } from '../modes/run-modes.ts'

/** The channels of an agent in a LangGraph graph: where it is among its modes, and the way it took. */
export const AgentState = Annotation.Root({
  at: Annotation<ModeState>(),
  steps: Annotation<ModeStep[]>({ reducer: (before, after) => [...before, ...after], default: () => [] }),
})
export type AgentState = typeof AgentState.State
