import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type CrashOrder, type CrashPointName, crashPoints } from './crash-points.ts'
import type { GatewayOrders } from './gateway-process.ts'

const program = fileURLToPath(new URL('./gateway-process.ts', import.meta.url))

/** One gateway in a process of its own. */
class Gateway {
  readonly owner: string
  readonly #child: ChildProcess
  readonly ended: Promise<void>
  readonly ready: Promise<void>
  /** Called when it stopped at a crash point. */
  onStop: ((point: CrashPointName) => void) | undefined
  /** Where it died, if that was at a crash point. */
  crashedAt: CrashPointName | undefined
  /** We killed it. */
  killed = false
  errors = ''
  readonly codes: string[] = []

  constructor(orders: GatewayOrders) {
    this.owner = orders.owner
    const args = ['--conditions=@patchlane/source', program, JSON.stringify(orders)]
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    this.ended = new Promise((resolve) => this.#child.once('close', () => resolve()))
    const ready = Promise.withResolvers<void>()
    this.ready = Promise.race([ready.promise, this.ended])
    if (this.#child.stdout !== null)
      createInterface(this.#child.stdout).on('line', (line) => {
        const text = line.slice(line.indexOf(' ') + 1)
        if (line === 'ready') ready.resolve()
        else if (line.startsWith('error ')) this.codes.push(text)
        else if (line.startsWith('SIGKILL ') && isCrashPoint(text)) this.crashedAt = text
        else if (line.startsWith('SIGSTOP ') && isCrashPoint(text)) this.onStop?.(text)
      })
    this.#child.stderr?.on('data', (chunk) => {
      this.errors = `${this.errors}${String(chunk)}`.slice(-4_000)
    })
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  wake(): void {
    // It may be about to end.
    if (this.#child.connected) this.#child.send('news', () => {})
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(name)
  }

  async kill(): Promise<void> {
    this.killed = true
    this.#child.kill('SIGKILL')
    await this.ended
  }
}

function isCrashPoint(text: string): text is CrashPointName {
  return text in crashPoints
}

export interface FleetOptions extends Pick<GatewayOrders, 'repository' | 'store' | 'leaseMs'> {
  size: number
  /** Where the first that takes the target dies. @default null: nowhere */
  order?: CrashOrder | null
}

/** A gateway died, or stopped, where it was told to. */
export interface Crash {
  owner: string
  point: CrashPointName
}

/** Gateways that are started again whenever they end. */
export class Fleet {
  readonly #options: FleetOptions
  readonly #slots: Gateway[] = []
  #lives = 0
  #closed = false
  readonly #directory = mkdtempSync(join(tmpdir(), 'patchlane-fleet-'))
  readonly #crashFile = join(this.#directory, 'next-crash.json')
  /** Those that nobody has asked for. */
  readonly #crashes: Crash[] = []
  #onCrash: (() => void) | undefined
  /** How often gateways died at each point. */
  readonly deaths: Partial<Record<CrashPointName, number>> = {}
  /** What gateways said when they ended on their own. */
  readonly unexpected: string[] = []
  /** Codes of errors that gateways survived, and how often. */
  readonly survived: Record<string, number> = {}

  constructor(options: FleetOptions) {
    this.#options = options
    this.order(options.order ?? null)
  }

  async start(): Promise<void> {
    for (let slot = 0; slot < this.#options.size; slot++) this.#begin(slot)
    await Promise.all(this.#slots.map((gateway) => gateway.ready))
  }

  get size(): number {
    return this.#options.size
  }

  /** Whoever takes the target next dies there; null: all may live, also who holds it, once they are woken. */
  order(crash: CrashOrder | null): void {
    const fresh = `${this.#crashFile}.new`
    writeFileSync(fresh, JSON.stringify(crash))
    renameSync(fresh, this.#crashFile)
  }

  /** Makes those that wait for the target look again. */
  wake(): void {
    for (const gateway of this.#slots) gateway.wake()
  }

  /** The next death, or stop, at a crash point; undefined if there is none for so long, in milliseconds. */
  async crash(patience: number): Promise<Crash | undefined> {
    if (this.#crashes.length === 0)
      await new Promise<void>((resolve) => {
        const impatient = setTimeout(resolve, patience)
        this.#onCrash = () => {
          clearTimeout(impatient)
          resolve()
        }
      })
    return this.#crashes.shift()
  }

  /** Where the gateway of this name runs; undefined if it does no more. */
  slotOf(owner: string): number | undefined {
    const slot = this.#slots.findIndex((gateway) => gateway.owner === owner && gateway.isRunning)
    return slot < 0 ? undefined : slot
  }

  async kill(slot: number): Promise<void> {
    await this.#slots[slot]?.kill()
  }

  freeze(slot: number): () => void {
    const gateway = this.#slots[slot]
    gateway?.signal('SIGSTOP')
    return () => gateway?.signal('SIGCONT')
  }

  /** Wakes one that stopped at a crash point. */
  thaw(owner: string): void {
    this.#slots.find((gateway) => gateway.owner === owner)?.signal('SIGCONT')
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#slots.map((gateway) => gateway.kill()))
    rmSync(this.#directory, { recursive: true, force: true })
  }

  #hear(crash: Crash): void {
    this.#crashes.push(crash)
    this.#onCrash?.()
  }

  #begin(slot: number): void {
    const { repository, store, leaseMs } = this.#options
    const owner = `gateway-${slot}.${++this.#lives}`
    const gateway = new Gateway({ repository, store, leaseMs, owner, crashFile: this.#crashFile })
    this.#slots[slot] = gateway
    gateway.onStop = (point) => this.#hear({ owner, point })
    void gateway.ended.then(() => {
      for (const code of gateway.codes) this.survived[code] = (this.survived[code] ?? 0) + 1
      const point = gateway.crashedAt
      if (point !== undefined) {
        this.deaths[point] = (this.deaths[point] ?? 0) + 1
        this.#hear({ owner, point })
      } else if (!gateway.killed) this.unexpected.push(`${owner} ended: ${gateway.errors.trim()}`)
      if (!this.#closed) this.#begin(slot)
    })
  }
}
