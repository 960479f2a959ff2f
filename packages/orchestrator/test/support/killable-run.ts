// Started by kill.test.ts as a process of its own: `killable-run.ts <folder> start|resume [hang]`. One event a line on standard output.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from '@patchlane/database'
import {
  contentHash,
  objectIdSchema,
  type Patch,
  type PatchId,
  parseRepoPath,
  type QueuedPatch,
  repoIdSchema,
  sha256,
  targetNameSchema,
  verdictSchema,
  workspaceIdSchema,
} from '@patchlane/kernel'
import { patchFixture, versionOf } from '@patchlane/kernel/testing'
import { z } from 'zod'
import { type Agent, AgentRegistry, FilePlanner, ParallelOrchestrator } from '../../src/index.ts'
import { SqlCheckpointSaver, SqlRunStore } from '../../src/sql/index.ts'

const [folder = '', how, hang] = process.argv.slice(2)
const repoId = repoIdSchema.parse('repo')
const target = targetNameSchema.parse('refs/heads/main')
const commitOf = (text: string) => objectIdSchema.parse(sha256(text).slice(0, 40))
const log = (line: string) => appendFileSync(join(folder, 'log'), `${line}\n`)

/** Remembers patches on disk, as a queue does: each is judged by its subtask and attempt. */
const desk = {
  file: (patchId: PatchId) => join(folder, `${patchId}.json`),
  async find(patchId: PatchId): Promise<QueuedPatch | undefined> {
    if (!existsSync(desk.file(patchId))) return undefined
    const { subtask, attempt } = z
      .object({ subtask: z.string(), attempt: z.number() })
      .parse(JSON.parse(readFileSync(desk.file(patchId), 'utf8')))
    const status = subtask === 'again' && attempt === 1 ? 'rejected' : 'landed'
    const commit = commitOf(patchId)
    const verdict = verdictSchema.parse({
      status,
      code: status.toUpperCase(),
      message: status,
      head: { repoId, commit, indexVersion: null },
      ...(status === 'landed' ? { landedCommit: commit } : {}),
    })
    const patch = patchFixture({ patchId })
    const times = { createdAt: 1, updatedAt: 2, settledAt: 2 }
    return {
      patch,
      seq: 1,
      status,
      contentHash: contentHash(patch),
      verdict,
      parkedFor: null,
      approved: false,
      ...times,
    }
  },
  async propose(patch: Patch): Promise<QueuedPatch> {
    const { subtaskId, attempt } = patch.author
    log(`proposed ${subtaskId} ${attempt}`)
    writeFileSync(desk.file(patch.patchId), JSON.stringify({ subtask: subtaskId, attempt }))
    return desk.settled(patch.patchId)
  },
  async settled(patchId: PatchId): Promise<QueuedPatch> {
    const queued = await desk.find(patchId)
    if (queued === undefined) throw new TypeError('not proposed')
    return queued
  },
}

const spec = z.looseObject({ kind: z.literal('file') })
const agent: Agent = {
  name: 'file',
  async *run(subtask, _context, workspace, signal) {
    log(`agent ${subtask.id} ${subtask.attempt} ${subtask.feedback?.status ?? 'none'} ${workspace.commit}`)
    yield { type: 'message', text: 'working' }
    if (hang === 'hang' && (subtask.id === 'slow' || subtask.attempt === 2)) await delay(60_000, undefined, { signal })
    const path = parseRepoPath(`${subtask.id}.txt`)
    yield { type: 'usage', inputTokens: 1, outputTokens: 1, usd: 1 }
    yield { type: 'proposed', changes: [{ kind: 'create', path, after: versionOf(`${subtask.attempt}`) }] }
  },
}

const database = await openDatabase({ file: join(folder, 'state.db') })
const orchestrator = new ParallelOrchestrator({
  planner: new FilePlanner(),
  agents: new AgentRegistry().register({ kind: 'file', schema: spec, create: () => agent }),
  workspaces: {
    lease: async ({ commit, holder }) => ({
      id: workspaceIdSchema.parse(holder),
      directory: folder,
      commit,
      capture: async () => [],
      heartbeat: async () => {},
      release: async () => {},
    }),
  },
  context: {
    context: async ({ commit }) => ({
      stamp: { repoId, commit, indexVersion: null },
      text: '',
      readSet: { paths: [], complete: false },
    }),
  },
  desk,
  target: { repoId, target, head: async () => commitOf('head'), resolve: async (revision) => commitOf(revision) },
  merger: { merge: async () => ({ clean: true, changes: [] }) },
  saver: () => new SqlCheckpointSaver({ database }),
  runs: new SqlRunStore({ database, repoId }),
})
const subtask = (id: string, dependsOn: string[] = []) => ({ id, title: id, agent: { kind: 'file' }, dependsOn })
const plan = JSON.stringify({
  subtasks: [
    subtask('quick'),
    subtask('after', ['quick']),
    subtask('again'),
    subtask('slow'),
    subtask('last', ['slow']),
  ],
})
const handle = how === 'start' ? orchestrator.start({ plan, runId: 'killed' }) : orchestrator.resume('killed')
for await (const event of handle.events) process.stdout.write(`${JSON.stringify(event)}\n`)
await database.close()
