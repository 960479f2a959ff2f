export { type RunnerProject, type TestRunnerHarness, testRunnerContract } from './contract.ts'
export { type VerdictCacheHarness, verdictCacheContract } from './verdict-cache-contract.ts'
