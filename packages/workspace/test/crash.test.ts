import { spawn } from 'node:child_process'
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '@patchlane/database'
import { temporaryRepository } from '@patchlane/git/testing'
import { expect, it } from 'vitest'
import { WorkspaceManager } from '../src/index.ts'
import { SqlWorkspaceStore } from '../src/sql/index.ts'

const KILLS = Number(process.env.PATCHLANE_CRASHES ?? 4)

/** Starts a holder and kills it, with everything it started, after a time. Returns the texts it had written and not given up. */
async function crash(args: string[], name: string, afterMs: number): Promise<string[]> {
  const script = join(import.meta.dirname, 'holder-process.ts')
  const child = spawn(process.execPath, ['--conditions=@patchlane/source', script, ...args, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  let output = ''
  const ended = new Promise((resolve) => child.stdout.once('close', resolve))
  const started = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      resolve()
    })
    void ended.then(() => resolve())
  })
  await started
  await sleep(afterMs)
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  await ended
  const held = new Set<string>()
  for (const line of output.split('\n').filter((each) => each.endsWith('}'))) {
    const { wrote, dropped } = JSON.parse(line)
    if (wrote !== undefined) held.add(wrote)
    held.delete(dropped)
  }
  return [...held]
}

it('loses no work and leaks nothing when holders and managers are killed at any moment', {
  timeout: 600_000,
}, async () => {
  const repo = await temporaryRepository({ 'a.txt': 'a\n', 'b/c.txt': 'c\n' })
  const root = await realpath(await mkdtemp(join(tmpdir(), 'patchlane-workspaces-')))
  const database = await openDatabase({ file: join(root, '..', `${root.split('/').at(-1)}.db`) })
  const file = join(root, '..', `${root.split('/').at(-1)}.db`)
  const store = new SqlWorkspaceStore({ database })
  const manager = new WorkspaceManager({ repository: repo.repository, root, store, max: 30, minFreeBytes: 0 })
  const expected: string[] = []
  let random = 7
  const next = () => {
    random = (random * 48_271) % 2_147_483_647
    return random / 2_147_483_647
  }
  for (let n = 0; n < KILLS; n += 2) {
    const args = [repo.directory, root, file]
    const held = await Promise.all([0, 1].map((k) => crash(args, `holder ${n + k}`, next() * 400)))
    expected.push(...held.flat())
  }
  await sleep(5)
  const { kept } = await manager.reap()
  expect(kept).toEqual([])
  const states = (await manager.list()).map(({ state }) => state)
  expect(states.filter((state) => state !== 'idle' && state !== 'rescued')).toEqual([])
  const refs = (await repo.git('for-each-ref', '--format=%(refname)', 'refs/patchlane/rescue/'))
    .split('\n')
    .filter(Boolean)
  const saved = new Set(await Promise.all(refs.map((ref) => repo.git('show', `${ref}:work.txt`))))
  expect(expected.filter((text) => !saved.has(text))).toEqual([])
  if (KILLS > 20)
    console.log(
      `${KILLS} kills, ${expected.length} pieces of work held, all saved; ${states.length} workspaces, all free`,
    )
  await manager.reap({ all: true })
  expect(await manager.list()).toEqual([])
  expect(await repo.repository.worktrees.list()).toHaveLength(1)
  expect((await readdir(root)).filter((name) => name !== '.slots')).toEqual([])
  await database.close()
  await repo.remove()
  await rm(root, { recursive: true, force: true })
  for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true })
})
