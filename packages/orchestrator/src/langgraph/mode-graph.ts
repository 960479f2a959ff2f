import { END, START, StateGraph } from '@langchain/langgraph'
import type { ModeMachine } from '../modes/mode-machine.ts'
import type { ModeDriver } from '../modes/run-modes.ts'
import { AgentState } from './agent-state.ts'

/**
 * The machine as a graph: each mode a node, each exit an edge. Not yet compiled, so that the caller chooses saver and interrupts. A graph
 * that is invoked without a state begins at the initial mode; with a checkpoint it goes on in the mode it was killed in.
 */
export function modeGraph(machine: ModeMachine, driver: ModeDriver) {
  const names = machine.modes.map(({ name }) => name)
  // A state that was never written reads as undefined, whatever its type says.
  const nextOf = ({ at }: Partial<AgentState>) => {
    const state = at ?? machine.start()
    return machine.isDone(state) ? END : state.mode
  }
  const drive = async (state: Partial<AgentState>, signal: AbortSignal | undefined) => {
    const at = state.at ?? machine.start()
    const exit = await driver(machine.modeOf(at), at, signal ?? new AbortController().signal)
    const next = machine.take(at, exit)
    return { at: next, steps: [{ mode: at.mode, exit, next: next.mode }] }
  }
  const [first = machine.initial, ...others] = names
  let graph = new StateGraph(AgentState).addNode(first, (state, config) => drive(state, config.signal))
  for (const name of others) graph = graph.addNode(name, (state, config) => drive(state, config.signal))
  graph.addConditionalEdges(START, nextOf, [...names, END])
  for (const name of names) graph.addConditionalEdges(name, nextOf, [...names, END])
  return graph
}
