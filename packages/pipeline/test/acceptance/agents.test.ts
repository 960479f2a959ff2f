import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bubblewrapAbility } from '@patchlane/orchestrator/agents'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { collect, planOf } from '../support/run-plan.ts'
import { ThrowawayRepository } from '../support/throwaway-repository.ts'
import { visibleState } from '../support/visible-state.ts'

let repository: ThrowawayRepository
beforeEach(async () => {
  repository = await ThrowawayRepository.create({ 'a.txt': 'a\n' })
})
afterEach(() => repository.dispose())

/** Agents that mark when they work, and do not end before `together` of them have been seen at work at once. */
function meetingAgent(marks: string, together: number): string {
  return `import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
const id = process.argv[2]
const [working, met] = ['working', 'met'].map((name) => ${JSON.stringify(marks)} + '/' + name)
mkdirSync(working, { recursive: true })
mkdirSync(met, { recursive: true })
writeFileSync(working + '/' + id, '')
for (let n = 0; readdirSync(met).length === 0; n++) {
  const seen = readdirSync(working).length
  if (seen >= ${together}) writeFileSync(met + '/' + id, '')
  if (n > 1200) { console.error('the others did not come'); process.exit(3) }
  await sleep(20)
}
// Time for one too many to show up.
for (let n = 0; n < 10; n++) {
  appendFileSync(${JSON.stringify(`${marks}/peaks`)}, readdirSync(working).length + '\\n')
  await sleep(20)
}
writeFileSync(id + '.txt', id)
rmSync(working + '/' + id)
`
}

async function runMeeting(options: { agents: number; together: number; concurrency: number }) {
  const marks = repository.path('marks')
  const program = await repository.program(
    'meet',
    `import { mkdirSync } from 'node:fs'
mkdirSync(${JSON.stringify(marks)}, { recursive: true })
await import('./meet-body.mjs')`,
  )
  await repository.program('meet-body', meetingAgent(marks, options.together))
  const pipeline = await repository.open({ attempts: 1, concurrency: options.concurrency })
  const ids = Array.from({ length: options.agents }, (_, index) => `agent-${index + 1}`)
  const handle = await pipeline.runs.start({ plan: planOf(ids.map((id) => ({ id, command: [...program, id] }))) })
  await collect(handle.events)
  const { patches } = await handle.result
  const peaks = (await readFile(`${marks}/peaks`, 'utf8')).trim().split('\n').map(Number)
  return { statuses: patches.map(({ status }) => status), peak: Math.max(...peaks) }
}

it('really runs agents in parallel: each waits until it has seen all the others at work', async () => {
  const { statuses, peak } = await runMeeting({ agents: 5, together: 5, concurrency: 5 })
  expect(statuses).toEqual(Array.from({ length: 5 }, () => 'landed'))
  expect(peak).toBe(5)
})

it('keeps concurrency within its limit, and reaches it', async () => {
  const { statuses, peak } = await runMeeting({ agents: 6, together: 2, concurrency: 2 })
  expect(statuses).toEqual(Array.from({ length: 6 }, () => 'landed'))
  expect(peak).toBe(2)
})

/** Tries what an agent must not do, says what became of it, then does honest work. */
const intruder = (checkout: string, report: string) => `
import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
const checkout = ${JSON.stringify(checkout)}
const git = (...args) => execFileSync('git', args, { stdio: 'pipe' })
const attempts = {
  overwrite: () => writeFileSync(checkout + '/a.txt', 'taken over'),
  create: () => writeFileSync(checkout + '/planted.txt', 'planted'),
  remove: () => rmSync(checkout + '/a.txt'),
  mode: () => chmodSync(checkout + '/a.txt', 0o777),
  link: () => { symlinkSync(checkout, 'way-out'); writeFileSync('way-out/planted.txt', 'planted') },
  hook: () => writeFileSync(checkout + '/.git/hooks/post-checkout', '#!/bin/sh\\n', { mode: 0o755 }),
  config: () => git('config', 'core.hooksPath', '/tmp'),
  branch: () => git('-C', checkout, 'update-ref', 'refs/heads/main', git('commit-tree', '-m', 'planted', 'HEAD^{tree}', '-p', 'HEAD').toString().trim()),
  commit: () => git('-C', checkout, 'commit', '--allow-empty', '-m', 'planted'),
  head: () => writeFileSync(checkout + '/.git/HEAD', 'ref: refs/heads/planted\\n'),
}
for (const [name, attempt] of Object.entries(attempts)) {
  if (process.argv.length > 2 && !process.argv.includes(name)) continue
  let outcome = 'done'
  try { attempt() } catch { outcome = 'refused' }
  appendFileSync(${JSON.stringify(report)}, name + ' ' + outcome + '\\n')
}
rmSync('way-out', { force: true })
writeFileSync('honest.txt', 'honest work\\n')
`

const { works: confines } = await bubblewrapAbility()

it.skipIf(!confines)('lets no code of an agent write a file of the target', async () => {
  const report = repository.path('report')
  const program = await repository.program('intruder', intruder(repository.directory, report))
  const pipeline = await repository.open({ agents: { sandbox: 'require' } })
  const before = await visibleState(repository)
  const queued = await pipeline.agent({ command: program })
  expect(await visibleState(repository)).toEqual(before)
  const outcomes = (await readFile(report, 'utf8')).trim().split('\n')
  expect(outcomes).toHaveLength(10)
  expect(outcomes.filter((line) => !line.endsWith(' refused'))).toEqual([])
  // Its honest work is all that it could propose, and that lands by the gateway.
  expect(queued?.patch.changes.map(({ path }) => path)).toEqual(['honest.txt'])
  const { settled } = await pipeline.gate.once()
  expect(settled.map(({ status }) => status)).toEqual(['landed'])
  expect(await readFile(join(repository.directory, 'a.txt'), 'utf8')).toBe('a\n')
})

it.each(['hook', 'config', 'branch'])('quarantines an unconfined agent that touched the %s', async (attempt) => {
  const report = repository.path('report')
  const program = await repository.program('intruder', intruder(repository.directory, report))
  const pipeline = await repository.open({ attempts: 1, agents: { sandbox: 'off' } })
  const handle = await pipeline.runs.start({ plan: planOf([{ id: 'intruder', command: [...program, attempt] }]) })
  const events = await collect(handle.events)
  expect(await readFile(report, 'utf8')).toBe(`${attempt} done\n`)
  const { patches } = await handle.result
  expect(patches).toMatchObject([{ subtask: 'intruder', status: 'failed', landedCommit: null }])
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'agent.failed',
      data: expect.objectContaining({ code: 'ORCHESTRATOR_AGENT_QUARANTINED' }),
    }),
  )
  // Nothing of it, the honest part included, reached the queue or the target's files.
  expect(await pipeline.patches.list()).toEqual([])
  expect(await repository.git('ls-tree', '--name-only', 'main')).toBe('a.txt')
  expect(await readFile(join(repository.directory, 'a.txt'), 'utf8')).toBe('a\n')
})
