export { AgentState } from './agent-state.ts'
export { modeGraph } from './mode-graph.ts'
