import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { commandAgents, openSandbox } from '../src/agents/index.ts'
import { AgentRegistry, type AgentWorkspaces, FilePlanner, ParallelOrchestrator } from '../src/index.ts'
import { MemoryRepository } from '../src/testing/index.ts'
import { diskWorkspace, temporaryDrop } from './support/disk-workspace.ts'

let shared = ''
beforeEach(async () => {
  shared = await mkdtemp(join(tmpdir(), 'patchlane-shared-'))
})
afterEach(() => rm(shared, { recursive: true, force: true }))

/** Each lease is a folder of its own on disk, with the files of the repository in memory. */
async function orchestratorOf(repository: MemoryRepository) {
  const leases = new Set<string>()
  const workspaces: AgentWorkspaces = {
    async lease({ commit }) {
      const { view, root, dispose } = await diskWorkspace({
        'list.txt': (await repository.text('list.txt', commit)) ?? '',
      })
      leases.add(root)
      return {
        ...view,
        commit,
        heartbeat: async () => {},
        release: async () => {
          leases.delete(root)
          await dispose()
        },
      }
    },
  }
  const sandbox = await openSandbox({ mode: 'auto', protect: [] })
  const agents = new AgentRegistry().register(commandAgents({ drop: temporaryDrop, sandbox }))
  const ports = { context: repository, desk: repository, target: repository, merger: repository }
  return {
    leases,
    orchestrator: new ParallelOrchestrator({ ...ports, planner: new FilePlanner(), agents, workspaces }),
  }
}

const nodeAgent = (script: string) => ({
  kind: 'command',
  command: [process.execPath, '--input-type=module', '-e', `import fs from 'node:fs';${script}`],
  env: { SHARED: shared },
})

it('has ten processes at work at the same moment', async () => {
  const repository = new MemoryRepository({})
  const { orchestrator, leases } = await orchestratorOf(repository)
  // Each waits until it sees all ten: one that had to wait for another to end would never see them.
  const agent = nodeAgent(`
    const { SHARED, PATCHLANE_SUBTASK: id } = process.env
    fs.writeFileSync(SHARED + '/' + id, '')
    while (fs.readdirSync(SHARED).length < 10) await new Promise((resolve) => setTimeout(resolve, 20))
    fs.writeFileSync(id + '.txt', id)`)
  const ids = Array.from({ length: 10 }, (_, n) => `agent-${n}`)
  const plan = JSON.stringify({ subtasks: ids.map((id) => ({ id, title: id, agent })) })
  const { patches } = await orchestrator.start({ plan }).result
  expect(patches.map(({ status }) => status)).toEqual(Array(10).fill('landed'))
  expect(readdirSync(shared)).toHaveLength(10)
  expect(repository.history).toHaveLength(11)
  expect(leases.size).toBe(0)
})

it('lands a real conflict on the second attempt, by the feedback file', async () => {
  const repository = new MemoryRepository({ 'list.txt': 'start\n' })
  const { orchestrator } = await orchestratorOf(repository)
  const agent = nodeAgent(`
    const { PATCHLANE_FEEDBACK, PATCHLANE_SUBTASK: id } = process.env
    const feedback = PATCHLANE_FEEDBACK ? JSON.parse(fs.readFileSync(PATCHLANE_FEEDBACK, 'utf8')) : undefined
    const text = feedback ? feedback.conflicts[0].ours : fs.readFileSync('list.txt', 'utf8')
    fs.writeFileSync('list.txt', text + id + '\\n')`)
  const plan = JSON.stringify({ subtasks: ['one', 'two'].map((id) => ({ id, title: id, agent })) })
  const { patches } = await orchestrator.start({ plan }).result
  expect(patches.map(({ status, attempts }) => [status, attempts]).toSorted()).toEqual([
    ['landed', 1],
    ['landed', 2],
  ])
  expect((await repository.text('list.txt'))?.split('\n').toSorted()).toEqual(['', 'one', 'start', 'two'])
})

it('leaves no process and no workspace behind when it is stopped', async () => {
  const { orchestrator, leases } = await orchestratorOf(new MemoryRepository({}))
  const agent = nodeAgent(`
    console.log('here')
    for (;;) { fs.writeFileSync(process.env.SHARED + '/beat', String(Date.now())); await new Promise((resolve) => setTimeout(resolve, 5)) }`)
  const stop = new AbortController()
  const plan = JSON.stringify({ subtasks: ['a', 'b'].map((id) => ({ id, title: id, agent })) })
  const handle = orchestrator.start({ plan, signal: stop.signal })
  for await (const event of handle.events) if (event.type === 'agent.output') stop.abort()
  await expect(handle.result).rejects.toMatchObject({ code: 'ORCHESTRATOR_RUN_INTERRUPTED' })
  expect(leases.size).toBe(0)
  const beat = join(shared, 'beat')
  const last = existsSync(beat) ? await readFile(beat, 'utf8') : ''
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(existsSync(beat) ? await readFile(beat, 'utf8') : '').toBe(last)
})
