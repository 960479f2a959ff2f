import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '@patchlane/database'
import { type TemporaryRepository, temporaryRepository } from '@patchlane/git/testing'
import { isAlive, type ProcessIdentity, processIdentitySchema } from '@patchlane/process'
import { z } from 'zod'
import { WorkspaceManager } from '../../src/index.ts'
import { SqlWorkspaceStore } from '../../src/sql/index.ts'
import type { ManagerOrders } from './manager-process.ts'

export interface DrillOptions {
  /** Of holders and managers together. */
  kills: number
  seed: number
  onProgress?: (report: DrillReport) => void
}

export interface DrillReport {
  kills: { holders: number; managers: number }
  freezes: number
  /** Leases that were handed out. */
  leases: number
  /** Things that killed holders had done, each of which has to be found again. */
  work: number
  /** Looks at workspaces of living holders, each of which has to be as its holder left it. */
  looks: number
  rescued: number
  /** The longest that a dead holder's workspace stayed taken after its time, in milliseconds, by the reaper's own pace. */
  longestPastEndMs: number
  /** Must be empty. */
  violations: string[]
}

interface Holder {
  name: string
  holder: ProcessIdentity
  id: string
  directory: string
  frozen: boolean
  killedAt: number | undefined
}

const saidSchema = z.object({
  name: z.string(),
  holder: processIdentitySchema,
  id: z.string(),
  directory: z.string(),
})

const TTL_MS = 500
const MANAGERS = 2

/** Holders and managers of one pool are killed at any moment while a reaper looks after it; then every byte is asked after. */
export async function runDrill(options: DrillOptions): Promise<DrillReport> {
  const project = await temporaryRepository({ 'a.txt': 'a\n', 'b/c.txt': 'c\n' })
  const home = await realpath(await mkdtemp(join(tmpdir(), 'patchlane-drill-')))
  const logs = join(home, 'logs')
  await mkdir(logs)
  const database = await openDatabase({ file: join(home, 'store.db') })
  try {
    const drill = new Drill(options, project, home, logs, new SqlWorkspaceStore({ database }))
    return await drill.run()
  } finally {
    await database.close()
    await project.remove()
    await rm(home, { recursive: true, force: true, maxRetries: 3 })
  }
}

class Drill {
  readonly #options: DrillOptions
  readonly #project: TemporaryRepository
  readonly #root: string
  readonly #logs: string
  readonly #orders: Omit<ManagerOrders, 'name'>
  readonly #manager: WorkspaceManager
  readonly #holders = new Map<string, Holder>()
  readonly #managers: ChildProcess[] = []
  readonly #random: () => number
  readonly #report: DrillReport = {
    ...{ kills: { holders: 0, managers: 0 }, freezes: 0, leases: 0, work: 0, looks: 0, rescued: 0 },
    ...{ longestPastEndMs: 0, violations: [] },
  }
  #lives = 0
  #over = false

  constructor(
    options: DrillOptions,
    project: TemporaryRepository,
    home: string,
    logs: string,
    store: SqlWorkspaceStore,
  ) {
    this.#options = options
    this.#project = project
    this.#root = join(home, 'workspaces')
    this.#logs = logs
    const max = MANAGERS * 6
    this.#orders = {
      ...{ repository: project.directory, root: this.#root, store: join(home, 'store.db'), logs },
      ...{ holders: 4, max, ttlMs: TTL_MS },
    }
    this.#manager = new WorkspaceManager({
      repository: project.repository,
      root: this.#root,
      store,
      max,
      minFreeBytes: 0,
    })
    let state = options.seed
    this.#random = () => {
      state = (state * 48_271) % 2_147_483_647
      return state / 2_147_483_647
    }
  }

  async run(): Promise<DrillReport> {
    await Promise.all(Array.from({ length: MANAGERS }, (_, place) => this.#start(place)))
    const reaping = this.#reapOn()
    const { kills } = this.#report
    while (kills.holders + kills.managers < this.#options.kills && this.#report.violations.length === 0) {
      await sleep(this.#random() * 200)
      await this.#strike()
      this.#options.onProgress?.(this.#report)
    }
    this.#over = true
    await Promise.all(this.#managers.map((child) => end(child)))
    for (const holder of this.#holders.values()) await this.#kill(holder)
    await reaping
    await sleep(TTL_MS + 100)
    await this.#reap()
    await this.#judge()
    return this.#report
  }

  async #start(place: number): Promise<void> {
    const orders: ManagerOrders = { ...this.#orders, name: `m${place}.${++this.#lives}` }
    const script = join(import.meta.dirname, 'manager-process.ts')
    const child = spawn(process.execPath, ['--conditions=@patchlane/source', script, JSON.stringify(orders)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    this.#managers[place] = child
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    child.once('close', (_code, signal) => {
      if (signal !== 'SIGKILL') this.#report.violations.push(`manager ${orders.name} ended: ${errors.slice(0, 1000)}`)
    })
    const ready = Promise.withResolvers<void>()
    child.once('close', () => ready.resolve())
    createInterface(child.stdout).on('line', (line) => {
      ready.resolve()
      const said = saidSchema.safeParse(JSON.parse(line)).data
      if (said === undefined) return
      this.#report.leases++
      this.#holders.set(said.name, { ...said, frozen: false, killedAt: undefined })
    })
    await ready.promise
  }

  async #strike(): Promise<void> {
    const { kills } = this.#report
    const dice = this.#random()
    if (dice < 0.15) {
      const place = Math.floor(this.#random() * MANAGERS)
      const child = this.#managers[place]
      if (child !== undefined) await end(child)
      kills.managers++
      await this.#start(place)
      return
    }
    const working: Holder[] = []
    for (const holder of this.#holders.values()) if (await this.#isWorking(holder)) working.push(holder)
    const victim = working[Math.floor(this.#random() * working.length)]
    if (victim === undefined) return
    if (dice < 0.25 && !victim.frozen) {
      victim.frozen = true
      this.#report.freezes++
      signal(victim, 'SIGSTOP')
    } else if (await this.#kill(victim)) kills.holders++
  }

  async #kill(holder: Holder): Promise<boolean> {
    if (holder.killedAt !== undefined || !(await isAlive(holder.holder))) return false
    signal(holder, 'SIGKILL')
    holder.killedAt = Date.now()
    return true
  }

  async #isWorking(holder: Holder): Promise<boolean> {
    return holder.killedAt === undefined && (await isAlive(holder.holder))
  }

  async #reapOn(): Promise<void> {
    while (!this.#over) {
      await sleep(100)
      await this.#reap()
      await this.#look()
    }
  }

  async #reap(): Promise<void> {
    const { rescued, kept } = await this.#manager.reap()
    this.#report.rescued += rescued.length
    for (const { id, reason } of kept)
      if (!reason.includes('still works')) this.#report.violations.push(`${id} was kept: ${reason}`)
    for (const record of await this.#manager.store.list(this.#repoId)) {
      const holder = record.holder === null ? undefined : this.#holders.get(record.holder)
      if (record.status !== 'leased' || holder?.killedAt === undefined || holder.id !== record.id) continue
      const past = (await this.#manager.store.now()) - Math.max(holder.killedAt, record.expiresAt ?? 0)
      this.#report.longestPastEndMs = Math.max(this.#report.longestPastEndMs, past)
    }
  }

  /** A living holder finds in its workspace what it did. */
  async #look(): Promise<void> {
    for (const holder of this.#holders.values()) {
      if (!(await this.#isWorking(holder))) continue
      const told = await this.#told(holder)
      const found = await readFile(join(holder.directory, `work-${holder.name}.txt`), 'utf8').catch(() => '')
      // It may have ended while we looked, and its workspace been given back.
      if (!(await this.#isWorking(holder))) continue
      this.#report.looks++
      if (!found.startsWith(told)) this.#report.violations.push(`the workspace of ${holder.name}, who lives, was taken`)
    }
  }

  /** What a holder said that it did, as its file has to begin. */
  async #told({ name }: Holder): Promise<string> {
    const log = await readFile(join(this.#logs, name), 'utf8').catch(() => '')
    const steps = log.match(/^wrote \d+$/gm) ?? []
    return steps.map((step) => `${name} ${step.slice('wrote '.length)}\n`).join('')
  }

  async #isDone({ name }: Holder): Promise<boolean> {
    return /^done$/m.test(await readFile(join(this.#logs, name), 'utf8').catch(() => ''))
  }

  get #repoId(): string {
    return this.#manager.repoId
  }

  async #judge(): Promise<void> {
    const { violations } = this.#report
    const { repository } = this.#project
    const states = await this.#manager.list()
    for (const { id, state, holder } of states)
      if (state !== 'idle' && state !== 'rescued') violations.push(`${id} stayed ${state} by ${holder}`)
    const refs = await this.#project.git('for-each-ref', '--format=%(refname)', 'refs/patchlane/rescue/')
    const saved = new Map<string, string>()
    for (const ref of refs.split('\n').filter(Boolean))
      for (const { path } of await repository.diffTrees(`${ref}^`, ref))
        saved.set(path, `${saved.get(path) ?? ''}${(await repository.readBlob(`${ref}:${path}`)).toString()}`)
    for (const holder of this.#holders.values()) {
      const told = await this.#told(holder)
      if (holder.killedAt === undefined || (await this.#isDone(holder))) continue
      this.#report.work += told.split('\n').length - 1
      if (!(saved.get(`work-${holder.name}.txt`) ?? '').startsWith(told))
        violations.push(`work of ${holder.name} was lost`)
    }
    await this.#manager.reap({ all: true })
    const left = (await readdir(this.#root)).filter((name) => name !== '.slots')
    // What a kill leaves of taking a lock is swept later.
    const slots = (await readdir(join(this.#root, '.slots'))).filter((name) => !name.includes('.lock'))
    if (left.length + slots.length > 0) violations.push(`left behind: ${[...left, ...slots].join()}`)
    if ((await repository.worktrees.list()).length !== 1) violations.push('git still knows of worktrees')
  }
}

/** Kills a process with its group: git processes that it runs, too, but not the holders, who have groups of their own. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('close', resolve))
  process.kill(-child.pid, 'SIGKILL')
  await ended
}

function signal({ holder }: Holder, name: 'SIGKILL' | 'SIGSTOP'): void {
  try {
    // A holder's group: its shell, and the command that the shell runs.
    process.kill(-holder.pid, name)
  } catch {
    // It has ended in this moment.
  }
}
