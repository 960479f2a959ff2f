import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { withFileLock } from '../src/index.ts'

let directory = ''
afterEach(() => rm(directory, { recursive: true, force: true }))

it('is held by one at a time, whoever of them is killed', { timeout: 60_000 }, async () => {
  directory = await mkdtemp(join(tmpdir(), 'patchlane-lock-'))
  const [lock, log] = [join(directory, 'the.lock'), join(directory, 'log')]
  await writeFile(log, '')
  const program = join(import.meta.dirname, 'programs', 'hold-lock.ts')
  const start = (name: string) => {
    const child = spawn(process.execPath, ['--conditions=@patchlane/source', program, lock, log, name], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    return { name, child, ended: new Promise((resolve) => child.once('exit', resolve)) }
  }
  const killed = new Set<string>()
  const kill = async ({ name, child, ended }: ReturnType<typeof start>) => {
    child.kill('SIGKILL')
    await ended
    killed.add(name)
  }
  const processes = Array.from({ length: 4 }, (_, n) => start(`${n}`))
  for (let round = 0; round < 5; round++) {
    const size = (await readFile(log)).length
    // Nothing goes on after a kill unless the lock is taken over.
    while ((await readFile(log)).length < size + 200) await sleep(10)
    const [victim] = processes.splice(0, 1)
    if (victim !== undefined) await kill(victim)
    processes.push(start(`${4 + round}`))
  }
  for (const each of processes) await kill(each)
  let holder: string | undefined
  for (const line of (await readFile(log, 'utf8')).trim().split('\n')) {
    const [word, name = ''] = line.split(' ')
    // Only a killed one leaves without saying so.
    if (word === 'in') expect(holder === undefined || killed.has(holder)).toBe(true)
    if (word === 'out') expect(name).toBe(holder)
    holder = word === 'in' ? name : undefined
  }
  await withFileLock(lock, async () => {})
  expect((await readdir(directory)).includes('the.lock')).toBe(false)
})

it('goes to one of many who find it left by a dead process', async () => {
  directory = await mkdtemp(join(tmpdir(), 'patchlane-lock-'))
  const lock = join(directory, 'the.lock')
  for (let round = 0; round < 10; round++) {
    await writeFile(lock, JSON.stringify({ pid: 4_000_000, startTime: '1', bootId: 'none', nonce: `${round}` }))
    let inside = 0
    // Other names of the same file are other queues: as if each were a process of its own.
    const names = Array.from({ length: 8 }, (_, n) => `${directory}${'/.'.repeat(n)}/the.lock`)
    await Promise.all(
      names.map(async (name) => {
        await sleep(Math.random() * 4)
        await withFileLock(name, async () => {
          expect(++inside).toBe(1)
          await sleep(1)
          inside--
        })
      }),
    )
  }
  expect(await readdir(directory)).toEqual([])
})
