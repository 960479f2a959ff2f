import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunEvent } from '../src/index.ts'

const script = join(import.meta.dirname, 'support', 'killable-run.ts')
let folder = ''
let child: ChildProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchlane-kill-'))
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** Runs the script in a process of its own and kills it, by the signal that cannot be caught, once `until` says so. */
async function session(args: string[], until: (event: RunEvent, seen: RunEvent[]) => boolean | Promise<boolean>) {
  const started = spawn(process.execPath, ['--conditions=@patchlane/source', script, folder, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child = started
  const ended = new Promise((resolve) => started.once('exit', resolve))
  const events: RunEvent[] = []
  for await (const line of createInterface({ input: started.stdout })) {
    const event: RunEvent = JSON.parse(line)
    events.push(event)
    if (await until(event, events)) started.kill('SIGKILL')
  }
  await ended
  return events
}

const log = async () => (await readFile(join(folder, 'log'), 'utf8')).trim().split('\n')
const agents = async () =>
  (await log()).filter((line) => line.startsWith('agent')).map((line) => line.split(' ').slice(1, 3).join(' '))

// Each start of a process loads LangGraph anew: on a busy machine that takes its time.
describe('a run killed by SIGKILL', { timeout: 120_000 }, () => {
  it('goes on in another process, and does nothing twice that was proposed', async () => {
    const done = (seen: RunEvent[]) =>
      seen.some((event) => event.type === 'subtask.finished' && event.subtask === 'after') &&
      seen.some((event) => event.type === 'agent.message' && event.subtask === 'slow') &&
      seen.filter((event) => event.type === 'agent.message' && event.subtask === 'again').length === 2
    await session(['start', 'hang'], (_, seen) => done(seen))
    expect((await agents()).sort()).toEqual(['after 1', 'again 1', 'again 2', 'quick 1', 'slow 1'])

    const events = await session(['resume'], () => false)
    const end = events.at(-1)
    expect(end?.type === 'run.finished' && end.data).toMatchObject({
      runId: 'killed',
      patches: [
        { subtask: 'quick', status: 'landed', attempts: 1 },
        { subtask: 'after', status: 'landed', attempts: 1 },
        { subtask: 'again', status: 'landed', attempts: 2 },
        { subtask: 'slow', status: 'landed', attempts: 1 },
        { subtask: 'last', status: 'landed', attempts: 1 },
      ],
      cost: { usd: 6 },
    })
    expect((await agents()).slice(5).sort()).toEqual(['again 2', 'last 1', 'slow 1'])
    expect((await log()).filter((line) => line.startsWith('agent again 2 rejected'))).toHaveLength(2)
  })

  it('comes to the same end however often and wherever it is killed', async () => {
    // Killed after the nth event, each process later than the one before.
    let how = 'start'
    for (const nth of [3, 8, 14]) {
      const events = await session([how], (_, seen) => seen.length === nth)
      if (events.length >= 2) how = 'resume'
    }
    const events = await session(['resume'], () => false)
    const end = events.at(-1)
    expect(end?.type === 'run.finished' && end.data.patches.map(({ status }) => status)).toEqual(
      Array(5).fill('landed'),
    )
    const lines = (await log()).map((line) => line.split(' ').slice(0, 3).join(' '))
    const proposed = lines.filter((line) => line.startsWith('proposed'))
    expect(proposed.toSorted()).toEqual(
      ['after 1', 'again 1', 'again 2', 'last 1', 'quick 1', 'slow 1'].map((what) => `proposed ${what}`),
    )
    for (const [index, line] of lines.entries()) {
      if (line.startsWith('agent')) expect(lines.slice(0, index)).not.toContain(line.replace('agent', 'proposed'))
    }
  })
})
