import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryRepository } from '@patchlane/git/testing'
import { objectIdSchema } from '@patchlane/kernel'
import { afterEach, describe, expect, it } from 'vitest'
import { defaultWorkspaceRoot, MemoryWorkspaceStore, WorkspaceManager } from '../src/index.ts'
import { setUp } from './fixtures.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action()
})

async function prepared(...args: Parameters<typeof setUp>) {
  const set = await setUp(...args)
  cleanUp.push(set.remove)
  return set
}

/** A process that does nothing until it is killed. */
function sleeper(cwd?: string) {
  const child = spawn('sleep', ['600'], { stdio: 'ignore', ...(cwd === undefined ? {} : { cwd }) })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  cleanUp.push(kill)
  return { pid: child.pid ?? 0, kill, stop: () => child.kill('SIGSTOP'), goOn: () => child.kill('SIGCONT') }
}

async function identity(pid: number) {
  const { identityOf } = await import('@patchlane/process')
  const found = await identityOf(pid)
  if (found === undefined) throw new Error(`no process ${pid}`)
  return found
}

describe('lease', () => {
  it('never fails for twenty at once, and never gives one to two', { timeout: 120_000 }, async () => {
    const { manager, head, repo } = await prepared()
    const sessions = await Promise.all(
      Array.from({ length: 20 }, (_, n) => manager.lease({ commit: head, holder: `agent ${n}` })),
    )
    expect(new Set(sessions.map(({ directory }) => directory)).size).toBe(20)
    for (const [n, { directory }] of sessions.entries()) await writeFile(join(directory, 'file.txt'), `${n}\n`)
    for (const [n, session] of sessions.entries()) {
      const [change] = await session.capture()
      expect(change?.kind === 'modify' && Buffer.from(change.after.content).toString()).toBe(`${n}\n`)
    }
    expect(await repo.git('branch', '--list')).toBe('* main\n')
    expect(await repo.git('status', '--porcelain')).toBe('')
    await Promise.all(sessions.map((session) => session.release()))
    expect((await manager.list()).every(({ state }) => state === 'idle')).toBe(true)
  })

  it('uses the pool again', async () => {
    const { manager, head, repo } = await prepared()
    const first = await manager.lease({ commit: head, holder: 'one' })
    await first.release()
    const newer = await repo.commit({ 'file.txt': 'two\n' })
    const second = await manager.lease({ commit: newer, holder: 'two' })
    expect(second.id).toBe(first.id)
    expect(await readFile(join(second.directory, 'file.txt'), 'utf8')).toBe('two\n')
  })

  it('says who has it in git’s own lock', async () => {
    const { manager, head, repo } = await prepared()
    const session = await manager.lease({ commit: head, holder: 'run 7, subtask 2' })
    const { locked } =
      (await repo.repository.worktrees.list()).find(({ directory }) => directory === session.directory) ?? {}
    expect(locked).toMatch(/^patchlane /)
    const { pid } = process
    expect(JSON.parse((locked ?? '').slice(10))).toMatchObject({
      id: session.id,
      holder: 'run 7, subtask 2',
      process: { pid },
    })
  })

  it('keeps to the limit, also while waiting', async () => {
    const { manager, head } = await prepared(undefined, { max: 2 })
    const [first] = [
      await manager.lease({ commit: head, holder: '1' }),
      await manager.lease({ commit: head, holder: '2' }),
    ]
    await expect(manager.lease({ commit: head, holder: '3' })).rejects.toMatchObject({ code: 'WORKSPACE_LIMIT' })
    const waiting = manager.lease({ commit: head, holder: '3', waitMs: 60_000 })
    await first.release()
    expect((await waiting).id).toBe(first.id)
    expect(await manager.list()).toHaveLength(2)
  })

  it('refuses to fill the disk', async () => {
    const { manager, head } = await prepared(undefined, { minFreeBytes: Number.MAX_SAFE_INTEGER })
    await expect(manager.lease({ commit: head, holder: '1' })).rejects.toMatchObject({ code: 'WORKSPACE_LIMIT' })
    const small = await prepared(undefined, { maxBytes: 1 })
    await small.manager.lease({ commit: small.head, holder: '1' })
    await expect(small.manager.lease({ commit: small.head, holder: '2' })).rejects.toThrow(/over the limit of 1/)
  })

  it('leaves nothing behind when it fails', async () => {
    const { manager, repo, root } = await prepared(undefined, { setup: { run: ['node', '-e', 'process.exit(3)'] } })
    const lease = manager.lease({ commit: await repo.repository.resolve('HEAD'), holder: 'x' })
    await expect(lease).rejects.toMatchObject({ code: 'WORKSPACE_SETUP_FAILED' })
    expect(await manager.list()).toEqual([])
    expect(await repo.repository.worktrees.list()).toHaveLength(1)
    expect((await readdir(root)).filter((name) => name.startsWith('ws-'))).toEqual([])
  })

  it('keeps the pool when asked for a commit that does not exist', async () => {
    const { manager, head } = await prepared()
    await (await manager.lease({ commit: head, holder: '1' })).release()
    const missing = objectIdSchema.parse('1'.repeat(40))
    await expect(manager.lease({ commit: missing, holder: '2' })).rejects.toMatchObject({
      code: 'GIT_OBJECT_NOT_FOUND',
    })
    expect((await manager.list()).map(({ state }) => state)).toEqual(['idle'])
  })

  it('runs the set-up command once where its files are kept, else for every lease', async () => {
    const files = { '.gitignore': 'made\n', 'a.txt': 'a\n' }
    const run = ['node', '-e', 'require("fs").writeFileSync("made", String(process.hrtime.bigint()))']
    for (const keep of [['made'], []]) {
      const { manager, head } = await prepared(files, { setup: { run, keep } })
      const session = await manager.lease({ commit: head, holder: '1' })
      const first = await readFile(join(session.directory, 'made'), 'utf8')
      await session.release()
      const again = await manager.lease({ commit: head, holder: '2' })
      const second = await readFile(join(again.directory, 'made'), 'utf8')
      expect(second === first).toBe(keep.length === 1)
    }
  })

  it('runs the set-up command again when what it reads has changed', async () => {
    const files = { '.gitignore': 'made\n', 'package-lock.json': '1\n', 'a.txt': 'a\n' }
    const run = ['node', '-e', 'require("fs").appendFileSync("made", require("fs").readFileSync("package-lock.json"))']
    const { manager, head, repo } = await prepared(files, { setup: { run, keep: ['made'] }, max: 1 })
    const other = await repo.commit({ 'a.txt': 'b\n' })
    const newer = await repo.commit({ 'package-lock.json': '2\n' })
    for (const [commit, made] of [
      [head, '1\n'],
      [other, '1\n'],
      [newer, '1\n2\n'],
      [newer, '1\n2\n'],
    ] as const) {
      const session = await manager.lease({ commit, holder: 'x' })
      expect(await readFile(join(session.directory, 'made'), 'utf8')).toBe(made)
      await session.release()
    }
  })

  it('is refused a root inside the repository', async () => {
    const repo = await temporaryRepository()
    cleanUp.push(repo.remove)
    const make = (root: string) => new WorkspaceManager({ repository: repo.repository, root })
    expect(() => make(join(repo.directory, 'ws'))).toThrow(/inside the repository/)
    expect(() => make(join(repo.directory, '.git', 'ws'))).toThrow(/inside the repository/)
    expect(defaultWorkspaceRoot('/home/me/project/.git', { XDG_STATE_HOME: '/state' })).toMatch(
      /^\/state\/patchlane\/workspaces\/project-[0-9a-f]{12}$/,
    )
  })
})

describe('a lease', () => {
  it('ends with its holder’s knowledge', async () => {
    const { manager, head, store } = await prepared()
    const session = await manager.lease({ commit: head, holder: 'x' })
    const { epoch } = (await store.get(session.id)) ?? { epoch: -1 }
    await store.update(session.id, epoch, { epoch: epoch + 1 })
    for (const action of [() => session.heartbeat(), () => session.capture(), () => session.rebase(head)])
      await expect(action()).rejects.toMatchObject({ code: 'WORKSPACE_LOST' })
    await session.release()
    expect((await store.get(session.id))?.status).toBe('leased')
  })

  it('is not taken while its holder lives, however late', async () => {
    const { manager, head, clock } = await prepared()
    const holder = sleeper()
    const session = await manager.lease({ commit: head, holder: 'x', ttlMs: 1000, process: await identity(holder.pid) })
    holder.stop()
    clock.advance(10_000_000)
    expect(await manager.reap()).toMatchObject({ reclaimed: 0, kept: [{ id: session.id }] })
    expect((await manager.list())[0]?.state).toBe('expired')
    holder.goOn()
    await session.heartbeat()
    expect((await manager.list())[0]?.state).toBe('leased')
  })

  it('is not taken before its time, though its holder is dead', async () => {
    const { manager, head, clock } = await prepared()
    const holder = sleeper()
    await manager.lease({ commit: head, holder: 'x', ttlMs: 1000, process: await identity(holder.pid) })
    await holder.kill()
    clock.advance(999)
    expect((await manager.reap()).reclaimed).toBe(0)
    clock.advance(1)
    expect((await manager.reap()).reclaimed).toBe(1)
  })

  it('is taken before its time on request, but only when its holder is dead', async () => {
    const { manager, head } = await prepared()
    const holder = sleeper()
    await manager.lease({ commit: head, holder: 'x', process: await identity(holder.pid) })
    expect(await manager.reap({ deadHolders: true })).toMatchObject({ reclaimed: 0, kept: [] })
    await holder.kill()
    expect((await manager.reap()).reclaimed).toBe(0)
    expect((await manager.reap({ deadHolders: true })).reclaimed).toBe(1)
  })

  it('is not taken while a child that the holder told of lives, nor while any process stands in its folder', async () => {
    const { manager, head, clock } = await prepared()
    const holder = sleeper()
    const session = await manager.lease({ commit: head, holder: 'x', ttlMs: 1000, process: await identity(holder.pid) })
    const child = sleeper()
    await session.track(child.pid)
    const visitor = sleeper(join(session.directory, 'src'))
    await holder.kill()
    clock.advance(5000)
    expect((await manager.reap()).reclaimed).toBe(0)
    await child.kill()
    expect((await manager.reap()).reclaimed).toBe(process.platform === 'linux' ? 0 : 1)
    await visitor.kill()
    await manager.reap()
    expect((await manager.list())[0]?.state).toBe('idle')
  })

  it('is given back late when something still works in it', async () => {
    const { manager, head } = await prepared()
    const session = await manager.lease({ commit: head, holder: 'x' })
    const visitor = sleeper(session.directory)
    await session.release()
    expect((await manager.list())[0]?.state).toBe(process.platform === 'linux' ? 'expired' : 'idle')
    await visitor.kill()
    await manager.reap()
    expect((await manager.list())[0]?.state).toMatch(/idle|rescued/)
  })
})

describe('reap', () => {
  it('saves work before it takes a workspace', async () => {
    const { manager, head, clock, repo } = await prepared()
    const holder = sleeper()
    const session = await manager.lease({
      commit: head,
      holder: 'lost',
      ttlMs: 1000,
      process: await identity(holder.pid),
    })
    await writeFile(join(session.directory, 'file.txt'), 'precious\n')
    const git = (...args: string[]) => execFileSync('git', args, { cwd: session.directory, stdio: 'pipe' })
    git('-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '-qam', 'kept too')
    await writeFile(join(session.directory, 'new.txt'), 'uncommitted\n')
    await holder.kill()
    clock.advance(1000)
    const { rescued } = await manager.reap()
    const [{ ref = '' } = {}] = rescued
    expect(await repo.git('show', `${ref}:file.txt`)).toBe('precious\n')
    expect(await repo.git('show', `${ref}:new.txt`)).toBe('uncommitted\n')
    expect(await repo.git('log', '-1', '--format=%s', `${ref}^2`)).toBe('kept too\n')
    expect((await manager.list())[0]).toMatchObject({ state: 'rescued', rescueRef: ref })
    await manager.lease({ commit: head, holder: 'next' })
  })

  it('leaves alone what it cannot save', async () => {
    const { manager, head, clock } = await prepared()
    const holder = sleeper()
    const session = await manager.lease({ commit: head, holder: 'x', ttlMs: 1000, process: await identity(holder.pid) })
    const inner = join(session.directory, 'inner')
    await mkdir(inner)
    execFileSync('git', ['init', '-q'], { cwd: inner })
    await writeFile(join(inner, 'precious'), 'x')
    await holder.kill()
    clock.advance(1000)
    for (let round = 0; round < 2; round++) {
      expect(await manager.reap({ all: true })).toMatchObject({ reclaimed: 0, kept: [{ id: session.id }] })
      expect(existsSync(join(inner, 'precious'))).toBe(true)
    }
  })

  it('finds workspaces that only git knows, after the store is lost', async () => {
    const { manager, head, repo, root, clock } = await prepared()
    const holder = sleeper()
    const idle = await manager.lease({ commit: head, holder: 'a' })
    const left = await manager.lease({ commit: head, holder: 'b', ttlMs: 1000, process: await identity(holder.pid) })
    const mine = await manager.lease({ commit: head, holder: 'c', ttlMs: 1000 })
    await writeFile(join(left.directory, 'file.txt'), 'precious\n')
    await idle.release()
    await holder.kill()
    const next = new WorkspaceManager({ repository: repo.repository, root, store: new MemoryWorkspaceStore({ clock }) })
    const states = Object.fromEntries((await next.list()).map(({ id, state }) => [id, state]))
    expect(states).toEqual({ [idle.id]: 'idle', [left.id]: 'leased', [mine.id]: 'leased' })
    clock.advance(1000)
    const { rescued, kept } = await next.reap()
    expect(rescued.map(({ id }) => id)).toEqual([left.id])
    expect(kept.map(({ id }) => id)).toEqual([mine.id])
    await next.reap({ all: true })
    expect((await next.list()).map(({ id }) => id)).toEqual([mine.id])
    expect((await readdir(root)).filter((name) => name.startsWith('ws-'))).toEqual([mine.id])
  })

  it('lets two managers that know nothing of each other never lend one workspace twice', async () => {
    const { manager, head, repo, root } = await prepared()
    const other = new WorkspaceManager({ repository: repo.repository, root })
    const warm = await Promise.all([1, 2, 3].map((n) => manager.lease({ commit: head, holder: `${n}` })))
    await Promise.all(warm.map((session) => session.release()))
    await other.list()
    const sessions = await Promise.all(
      [manager, other, manager, other].map((each, n) => each.lease({ commit: head, holder: `${n}` })),
    )
    expect(new Set(sessions.map(({ directory }) => directory)).size).toBe(4)
  })
})

describe('rescue', () => {
  it('saves a living workspace and leaves it as it is', async () => {
    const { manager, head, repo } = await prepared()
    const session = await manager.lease({ commit: head, holder: 'x' })
    await writeFile(join(session.directory, 'file.txt'), 'work\n')
    const { ref } = await manager.rescue(session.id)
    expect(await repo.git('show', `${ref}:file.txt`)).toBe('work\n')
    expect(await session.capture()).toHaveLength(1)
    await expect(manager.rescue('ws-none')).rejects.toMatchObject({ code: 'WORKSPACE_NOT_FOUND' })
  })
})

it('lists with sizes, ages and holders', async () => {
  const { manager, head, clock } = await prepared()
  await manager.lease({ commit: head, holder: 'someone', ttlMs: 5000 })
  const [info] = await manager.list({ sizes: true })
  expect(info).toMatchObject({ holder: 'someone', commit: head, createdAt: clock.now(), expiresAt: clock.now() + 5000 })
  expect(info?.size).toBeGreaterThan(0)
})
