export { type AgentHarness, type AgentScenario, agentContract, assignedFixture } from './agent-contract.ts'
export { type Judge, MemoryRepository } from './memory-repository.ts'
export { type Script, ScriptedAgents } from './scripted-agent.ts'
