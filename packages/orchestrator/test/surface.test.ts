import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

it('loads neither LangGraph nor a driver with the root, nor with the agents', async () => {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
    for (const entry of ['index.ts', 'agents/index.ts']) await import('${root}/src/' + entry)
    console.log(JSON.stringify(loaded))`
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--conditions=@patchlane/source',
    '--input-type=module',
    '--eval',
    script,
  ])
  const loaded: string[] = JSON.parse(stdout)
  expect(loaded.some((url) => url.endsWith('parallel-orchestrator.ts'))).toBe(true)
  expect(loaded.filter((url) => /langchain|langgraph|kysely|sqlite|\/pg\//.test(url))).toEqual([])
})

it('has no way to the file system: not one import of it, in any source file', () => {
  const files = globSync('src/**/*.ts', { cwd: root })
  expect(files.length).toBeGreaterThan(40)
  for (const file of files) {
    const imports = readFileSync(join(root, file), 'utf8').match(/(?:from|import\()\s*'[^']+'/g) ?? []
    expect([file, imports.filter((found) => /'(?:node:)?(?:fs|child_process|worker_threads)\b/.test(found))]).toEqual([
      file,
      [],
    ])
  }
})

it('exports what it is known by', async () => {
  const names = async (entry: string) =>
    Object.keys(await import(/* @vite-ignore */ join(root, 'src', entry, 'index.ts'))).sort()
  expect(await names('.')).toEqual([
    'AgentFailedError',
    'AgentQuarantinedError',
    'AgentRegistry',
    'END_OF_MODES',
    'FilePlanner',
    'MemoryRunStore',
    'ModeError',
    'ModeMachine',
    'ParallelOrchestrator',
    'PlanInvalidError',
    'RunBusyError',
    'RunInterruptedError',
    'RunNotFoundError',
    'SandboxUnavailableError',
    'SessionInvalidError',
    'UnknownAgentKindError',
    'agentFeedbackSchema',
    'agentName',
    'agentSpecSchema',
    'checkPlan',
    'codingModes',
    'commandAgentSpecSchema',
    'feedbackFrom',
    'goesBack',
    'modePlanSchema',
    'modeSchema',
    'parsePlan',
    'planJsonSchema',
    'planSchema',
    'recordedAgentSpecSchema',
    'runModes',
    'subtaskSchema',
  ])
  expect(await names('agents')).toEqual([
    'CommandAgent',
    'RecordedAgent',
    'SessionRecorder',
    'bubblewrapAbility',
    'commandAgents',
    'describeChange',
    'openSandbox',
    'parseSession',
    'recordedAgents',
    'sessionSchema',
    'snapshotChanges',
  ])
  expect(await names('sql')).toEqual(['SqlCheckpointSaver', 'SqlRunStore'])
  expect(await names('langgraph')).toEqual(['AgentState', 'modeGraph'])
})
