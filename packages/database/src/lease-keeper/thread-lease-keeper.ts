import { Worker } from 'node:worker_threads'
import type { TargetLease } from '@patchlane/kernel'
import { DatabaseUnavailableError } from '../errors.ts'
import type { LeaseKeeper } from './lease-keeper.ts'
import type { LeaseRenewals } from './lease-renewals.ts'
import { type Order, reportSchema, type ThreadData, type ThreadStore } from './lease-thread-protocol.ts'

export interface ThreadLeaseKeeperOptions {
  /** How the thread opens a connection of its own. */
  store: ThreadStore
  /** Renews in this thread: until the other one does, and should that one fail. */
  local: LeaseRenewals
  /** A holder whose event loop stood still for so long hangs, and its leases may run out; in milliseconds. @default 60_000 */
  maxBlockedMs?: number
}

interface Kept {
  lease: TargetLease
  ttlMs: number
  lost: (reason: unknown) => void
  /** Ends the renewals in this thread. */
  stopLocal: () => Promise<void>
}

/** A lease that is held no longer than this, in milliseconds, is not worth a thread. */
const START_AFTER_MS = 300
const PULSE_MS = 500
const PATIENCE_MS = 2000

/**
 * Renews leases from a thread with a connection of its own: neither a long computation of the holder, nor its open transactions, nor a pool
 * that has run out makes it lose them.
 */
export class ThreadLeaseKeeper implements LeaseKeeper {
  readonly #options: ThreadLeaseKeeperOptions
  readonly #kept = new Map<number, Kept>()
  #worker: Worker | undefined
  #ready = false
  #pulse: NodeJS.Timeout | undefined
  /** Once it failed, or was closed, there is no second one. */
  #over = false
  #lastId = 0

  constructor(options: ThreadLeaseKeeperOptions) {
    this.#options = options
  }

  keep(lease: TargetLease, ttlMs: number, lost: (reason: unknown) => void): () => Promise<void> {
    const id = ++this.#lastId
    this.#kept.set(id, { lease, ttlMs, lost, stopLocal: this.#keepHere(id, lease, ttlMs) })
    if (this.#worker !== undefined) this.#hand(id)
    else setTimeout(() => this.#hand(id), START_AFTER_MS).unref()
    return () => this.#stop(id)
  }

  /** The thread is not waited for: a renewal that comes after the lease was given back finds nothing to renew. */
  async #stop(id: number): Promise<void> {
    const kept = this.#kept.get(id)
    this.#kept.delete(id)
    this.#worker?.postMessage({ type: 'stop', id } satisfies Order)
    await kept?.stopLocal()
  }

  async close(): Promise<void> {
    const worker = this.#worker
    const ready = this.#ready
    this.#end()
    this.#kept.clear()
    await this.#options.local.close()
    if (worker === undefined) return
    // One that is still starting has begun nothing.
    if (!ready) {
      await worker.terminate()
      return
    }
    // Who waits for it must not see the process end for want of anything else to do.
    worker.ref()
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    worker.postMessage({ type: 'close' } satisfies Order)
    const impatient = setTimeout(() => void worker.terminate(), PATIENCE_MS)
    await exited
    clearTimeout(impatient)
  }

  /** Leaves the renewals of a lease to the thread. */
  #hand(id: number): void {
    const kept = this.#kept.get(id)
    if (kept === undefined) return
    const { lease, ttlMs } = kept
    this.#thread()?.postMessage({ type: 'keep', id, lease, ttlMs } satisfies Order)
  }

  #keepHere(id: number, lease: TargetLease, ttlMs: number): () => Promise<void> {
    return this.#options.local.keep(lease, ttlMs, (reason) => this.#lose(id, reason))
  }

  #thread(): Worker | undefined {
    if (this.#worker !== undefined || this.#over) return this.#worker
    const pulse = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
    const beats = new Int32Array(pulse)
    const { store, maxBlockedMs = 60_000 } = this.#options
    const worker = startThread({ store, pulse, maxBlockedMs })
    worker.on('message', (message: unknown) => this.#hear(message))
    worker.on('error', () => this.#failed())
    worker.on('exit', () => this.#failed())
    worker.unref()
    this.#worker = worker
    this.#pulse = setInterval(() => Atomics.add(beats, 0, 1), PULSE_MS)
    this.#pulse.unref()
    return worker
  }

  #hear(message: unknown): void {
    const report = reportSchema.parse(message)
    if (report.type === 'ready') this.#ready = true
    else if (report.type === 'renewed') void this.#kept.get(report.id)?.stopLocal()
    else this.#lose(report.id, report.reason === null ? undefined : new DatabaseUnavailableError(report.reason))
  }

  #lose(id: number, reason: unknown): void {
    const kept = this.#kept.get(id)
    this.#kept.delete(id)
    kept?.lost(reason)
  }

  /** Without its thread it goes on in this one. */
  #failed(): void {
    if (this.#over) return
    this.#end()
    for (const [id, kept] of this.#kept) kept.stopLocal = this.#keepHere(id, kept.lease, kept.ttlMs)
  }

  #end(): void {
    this.#over = true
    this.#worker = undefined
    clearInterval(this.#pulse)
  }
}

/** From source, the thread has to find the other packages' sources too; a thread inherits flags, but a test runner sets none. */
function startThread(data: ThreadData): Worker {
  const here = import.meta.url
  const fromSource = here.endsWith('.ts')
  const module = new URL(fromSource ? './lease-thread.ts' : './lease-keeper/lease-thread.js', here)
  const execArgv = fromSource ? ['--conditions=@patchlane/source', '--disable-warning=ExperimentalWarning'] : []
  return new Worker(module, { workerData: data, execArgv, stderr: true })
}
