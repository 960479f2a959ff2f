import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  bubblewrapAbility,
  CommandAgent,
  type CommandAgentOptions,
  describeChange,
  openSandbox,
  type RepositorySnapshot,
  snapshotChanges,
} from '../src/agents/index.ts'
import type { AgentEvent, AgentFeedback } from '../src/index.ts'
import { type AgentScenario, agentContract, assignedFixture } from '../src/testing/index.ts'
import { diskWorkspace, emptyContext, temporaryDrop } from './support/disk-workspace.ts'

const { signal } = new AbortController()

function agentOf(script: string, options: Partial<CommandAgentOptions> = {}): CommandAgent {
  const command = [process.execPath, '--input-type=module', '-e', `import fs from 'node:fs';${script}`]
  return new CommandAgent({ name: 'node', command, drop: temporaryDrop, ...options })
}

async function scenario(script: string, options: Partial<CommandAgentOptions> = {}): Promise<AgentScenario> {
  const { view, root, dispose } = await diskWorkspace({ 'folder/a.txt': 'a' })
  return {
    agent: agentOf(`fs.writeFileSync('../pid', String(process.pid));${script}`, options),
    workspace: view,
    context: emptyContext,
    stillRunning: async () => {
      const pid = Number(await readFile(join(root, 'pid'), 'utf8'))
      try {
        process.kill(pid, 0)
        return `process ${pid}`
      } catch {
        return undefined
      }
    },
    dispose,
  }
}

async function run(agent: CommandAgent, scene: AgentScenario, feedback: AgentFeedback | null = null) {
  const events: AgentEvent[] = []
  const subtask = assignedFixture({ attempt: feedback === null ? 1 : 2, feedback })
  for await (const event of agent.run(subtask, scene.context, scene.workspace, signal)) events.push(event)
  return { events, output: events.flatMap((event) => (event.type === 'output' ? event.text : [])) }
}

const confinable = (await bubblewrapAbility()).works

describe('a command agent', () => {
  const writing = (paths: readonly string[]) => paths.map((path) => `fs.writeFileSync('${path}', 'new');`).join('')
  agentContract(
    { it, expect },
    {
      editing: (paths) => scenario(writing(paths)),
      endless: () => scenario(`console.log('here');setInterval(() => {}, 1000)`),
      failing: () => scenario(`console.error('no luck');process.exit(3)`),
    },
  )

  describe.runIf(confinable)('confined', () => {
    agentContract(
      { it, expect },
      {
        editing: async (paths) =>
          scenario(writing(paths), { sandbox: await openSandbox({ mode: 'require', protect: [] }) }),
        endless: async () => {
          const sandbox = await openSandbox({ mode: 'require', protect: [] })
          // Inside, its pid is another: what counts is that nothing holds the workspace any more.
          const scene = await scenario(`console.log('here');setInterval(() => fs.writeFileSync('beat', ''), 5)`, {
            sandbox,
          })
          const beat = join(scene.workspace.directory, 'beat')
          const stillRunning = async () => {
            await writeFile(beat, 'x')
            await new Promise((resolve) => setTimeout(resolve, 60))
            return (await readFile(beat, 'utf8')) === 'x' ? undefined : 'something writes'
          }
          return { ...scene, stillRunning }
        },
        failing: async () =>
          scenario(`process.exit(3)`, { sandbox: await openSandbox({ mode: 'require', protect: [] }) }),
      },
    )

    it('sees what is protected, and cannot write it, not even by another path', async () => {
      const scene = await scenario('')
      const protectedFolder = join(scene.workspace.directory, '..', 'repository')
      await mkdir(protectedFolder)
      await writeFile(join(protectedFolder, 'HEAD'), 'ref')
      const sandbox = await openSandbox({ mode: 'require', protect: [protectedFolder, '/nowhere/at/all'] })
      const script = `
        console.log(fs.readFileSync('../repository/HEAD', 'utf8'))
        for (const path of ['../repository/HEAD', '${protectedFolder}/new', '/proc/self/cwd/../repository/HEAD'])
          try { fs.writeFileSync(path, 'mine'); console.log('wrote ' + path) } catch (error) { console.log(error.code) }
        fs.writeFileSync('own', 'x')`
      const { output, events } = await run(agentOf(script, { sandbox }), scene)
      expect(output).toEqual(['ref', 'EROFS', 'EROFS', 'EROFS'])
      expect(events.at(-1)).toMatchObject({ changes: [{ path: 'own' }] })
      await scene.dispose()
    })

    it("cannot write the user's git configuration", async () => {
      const scene = await scenario('')
      const home = join(scene.workspace.directory, '..')
      vi.stubEnv('HOME', home)
      vi.stubEnv('XDG_CONFIG_HOME', undefined)
      await mkdir(join(home, '.config', 'git'), { recursive: true })
      await writeFile(join(home, '.gitconfig'), '')
      const sandbox = await openSandbox({ mode: 'require', protect: [] })
      const script = `for (const path of ['.gitconfig', '.config/git/config', '.other'])
        try { fs.writeFileSync(process.env.HOME + '/' + path, 'x'); console.log('wrote ' + path) } catch (error) { console.log(error.code) }`
      const { output } = await run(agentOf(script, { sandbox }), scene)
      expect(output).toEqual(['EROFS', 'EROFS', 'wrote .other'])
      await scene.dispose()
    })

    it('can write a workspace inside what is protected', async () => {
      const scene = await scenario('')
      const sandbox = await openSandbox({ mode: 'require', protect: [join(scene.workspace.directory, '..')] })
      const { events } = await run(agentOf(`fs.writeFileSync('own', 'x')`, { sandbox }), scene)
      expect(events.at(-1)).toMatchObject({ changes: [{ path: 'own' }] })
      await scene.dispose()
    })
  })

  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it('finds its task, its context and no secret of the user in its environment', async () => {
    vi.stubEnv('GITHUB_TOKEN', 'secret')
    const scene = await scenario('')
    const script = `
      const { GITHUB_TOKEN, MINE, PATCHLANE_ATTEMPT, PATCHLANE_TASK, PATCHLANE_CONTEXT, PATCHLANE_FEEDBACK } = process.env
      const task = JSON.parse(fs.readFileSync(PATCHLANE_TASK))
      console.log(JSON.stringify([GITHUB_TOKEN, MINE, PATCHLANE_ATTEMPT, task.title, fs.readFileSync(PATCHLANE_CONTEXT, 'utf8'), PATCHLANE_FEEDBACK]))`
    const { output } = await run(agentOf(script, { env: { MINE: 'given' } }), scene)
    expect(JSON.parse(output[0] ?? '')).toEqual([null, 'given', '1', 'Change something', 'the context', null])
    await scene.dispose()
  })

  it('finds feedback outside its workspace, for as long as it runs', async () => {
    const scene = await scenario('')
    const feedback: AgentFeedback = {
      attempt: 1,
      patchId: null,
      status: 'conflicted',
      code: 'MERGE_CONFLICT',
      message: 'both',
      remedy: null,
      head: null,
      conflicts: [{ path: 'a', kind: 'content', marked: '<<<<<<<', ours: 'o', theirs: 't', message: '' }],
      checks: [],
    }
    const script = `const path = process.env.PATCHLANE_FEEDBACK; console.log(path); console.log(fs.readFileSync(path, 'utf8').replace(/\\n/g, ''))`
    const { output, events } = await run(agentOf(script), scene, feedback)
    expect(JSON.parse(output[1] ?? '')).toEqual(feedback)
    expect(output[0]?.startsWith(scene.workspace.directory)).toBe(false)
    await expect(access(output[0] ?? '')).rejects.toThrow()
    expect(events.at(-1)).toMatchObject({ changes: [] })
    await scene.dispose()
  })

  it('tells its workspace which process works there, for as long as it does', async () => {
    const scene = await scenario('')
    const pids: (number | string)[] = []
    const track = async (pid: number) => {
      pids.push(pid)
      return async () => pids.push('over')
    }
    const { output } = await run(agentOf('console.log(process.pid)'), {
      ...scene,
      workspace: { ...scene.workspace, track },
    })
    expect(pids).toEqual([Number(output[0]), 'over'])
    await scene.dispose()
  })

  it('names its exit status and last words when it fails, and its limit when it is too slow', async () => {
    const scene = await scenario('')
    await expect(run(agentOf(`console.error('one\\ntwo');process.exit(7)`), scene)).rejects.toMatchObject({
      code: 'ORCHESTRATOR_AGENT_FAILED',
      message: 'node ended with exit status 7: two.',
      retryable: false,
    })
    const slow = agentOf('setInterval(() => {}, 1000)', { timeoutMs: 300 })
    await expect(run(slow, scene)).rejects.toThrow('its time limit')
    await scene.dispose()
  })

  it('is quarantined when the repository changed under it', async () => {
    const scene = await scenario('')
    const states: RepositorySnapshot[] = [
      new Map([
        ['ref refs/heads/main', 'a'],
        ['hook pre-commit', 'x'],
      ]),
      new Map([
        ['ref refs/heads/main', 'b'],
        ['config core.hooksPath', 'y'],
      ]),
    ]
    const guard = {
      snapshot: async () => states[0] ?? new Map(),
      compare: async (before: RepositorySnapshot) => snapshotChanges(before, states[1] ?? before).map(describeChange),
    }
    await expect(run(agentOf(`fs.writeFileSync('a', 'a');process.exit(1)`, { guard }), scene)).rejects.toMatchObject({
      code: 'ORCHESTRATOR_AGENT_QUARANTINED',
      differences: [
        'config core.hooksPath was added',
        'hook pre-commit was removed',
        'ref refs/heads/main was changed',
      ],
    })
    await scene.dispose()
  })
})
