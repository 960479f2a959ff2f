import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identityOf } from '@patchlane/process'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { removeDeadLocks, withFileLock } from '../src/index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchlane-lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A process that has ended, by name. */
async function deadOwner(): Promise<string> {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'])
  await once(child, 'spawn')
  const identity = await identityOf(child.pid)
  child.kill('SIGKILL')
  await once(child, 'close')
  return JSON.stringify(identity)
}

it('is held by one of several processes at a time, also when all find the same dead owner', {
  timeout: 60_000,
}, async () => {
  const lock = join(folder, 'lock')
  const journal = join(folder, 'journal')
  await writeFile(journal, '')
  const worker = join(import.meta.dirname, 'lock-worker.ts')
  const workers = Array.from({ length: 5 }, (_, n) =>
    spawn(process.execPath, ['--conditions=@patchlane/source', worker, lock, journal, `${n}`, '40'], {
      stdio: ['pipe', 'inherit', 'inherit'],
    }),
  )
  // Again and again a lock of a dead owner stands there, for all to find at once.
  const dead = await deadOwner()
  const over = Promise.all(workers.map((each) => once(each, 'close')))
  let working = true
  void over.then(() => {
    working = false
  })
  while (working) {
    await writeFile(lock, dead, { flag: 'wx' }).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await rm(lock, { force: true })
  expect((await over).map(([code]) => code)).toEqual([0, 0, 0, 0, 0])
  const lines = (await readFile(journal, 'utf8')).trim().split('\n')
  expect(lines).toHaveLength(400)
  for (let n = 0; n < lines.length; n += 2) expect(lines[n + 1]).toBe(lines[n]?.replace('in', 'out'))
  expect((await readdir(folder)).filter((name) => name !== 'journal')).toEqual([])
})

it('goes on after the one died that was to remove a dead lock', async () => {
  const lock = join(folder, 'lock')
  const dead = await deadOwner()
  await writeFile(lock, dead)
  const { sha256 } = await import('@patchlane/kernel')
  await writeFile(`${lock}.dead-${sha256(dead).slice(0, 16)}`, `${dead} `)
  expect(await withFileLock(lock, async () => 'done')).toBe('done')
  expect(await readdir(folder)).toEqual([])
})

it.runIf(process.platform === 'linux')(
  'removes a lock that nobody living can hold, and leaves one beside a git at work',
  async () => {
    const [dead, held] = [join(folder, 'dead.lock'), join(folder, 'held.lock')]
    await writeFile(dead, '')
    const quick = { directories: [folder], settleMs: 50, waitMs: 300 }
    // Programs elsewhere come and go all the time.
    expect(await removeDeadLocks({ ...quick, locks: [dead, held] })).toEqual([])
    expect(await readdir(folder)).toEqual([])
    await writeFile(held, '')
    expect(await removeDeadLocks({ ...quick, locks: [held], since: Date.now() + 60_000 })).toEqual([])
    expect(await readdir(folder)).toEqual(['held.lock'])
    const tools = await mkdtemp(join(tmpdir(), 'patchlane-tools-'))
    await copyFile('/bin/sleep', join(tools, 'git'))
    const git = spawn(join(tools, 'git'), ['60'], { cwd: folder })
    await once(git, 'spawn')
    expect(await removeDeadLocks({ ...quick, locks: [held] })).toEqual([held])
    git.kill()
    await once(git, 'close')
    expect(await removeDeadLocks({ ...quick, locks: [held] })).toEqual([])
    await rm(tools, { recursive: true })
  },
)
