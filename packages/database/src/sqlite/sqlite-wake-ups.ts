import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { LocalWakeUps, type WakeUps } from '../wake-ups.ts'

/** One set of listeners for all handles of this process on one file. */
const localByFile = new Map<string, LocalWakeUps>()

/** How often a file whose folder cannot be watched is looked at, in milliseconds. */
const POLL_MS = 100

/**
 * Wake-ups over a SQLite file: at once inside the process; from other processes by watching the write-ahead log, which every
 * commit changes. A change does not say which topic it is about, so everybody who listens here is woken.
 */
export class SqliteWakeUps implements WakeUps {
  readonly #file: string | undefined
  readonly #local: LocalWakeUps
  readonly #stops = new Set<() => void>()
  /** A counter that moves when another connection commits (`PRAGMA data_version`). */
  readonly #dataVersion: () => unknown
  #seen: unknown
  #stopWatching: (() => void) | undefined

  constructor(file: string | undefined, dataVersion: () => unknown) {
    this.#file = file
    this.#dataVersion = dataVersion
    this.#local = (file === undefined ? undefined : localByFile.get(file)) ?? new LocalWakeUps()
    if (file !== undefined) localByFile.set(file, this.#local)
  }

  notify(topic: string): void {
    this.#local.notify(topic)
  }

  listen(topic: string, wake: () => void): () => void {
    const unlisten = this.#local.listen(topic, wake)
    const stop = () => {
      unlisten()
      this.#stops.delete(stop)
      if (this.#stops.size === 0) this.#unwatch()
    }
    this.#stops.add(stop)
    this.#watch()
    return stop
  }

  #watch(): void {
    if (this.#file === undefined || this.#stopWatching !== undefined) return
    this.#seen = this.#dataVersion()
    const poll = () => {
      const timer = setInterval(() => this.#look(), POLL_MS)
      timer.unref()
      this.#stopWatching = () => clearInterval(timer)
    }
    try {
      const log = `${basename(this.#file)}-wal`
      const watcher: FSWatcher = watch(dirname(this.#file), { persistent: false }, (_event, name) => {
        if (name === null || name === log) this.#look()
      })
      watcher.on('error', () => {
        watcher.close()
        poll()
      })
      this.#stopWatching = () => watcher.close()
    } catch {
      // No watches left, or a file system without them.
      poll()
    }
  }

  #unwatch(): void {
    this.#stopWatching?.()
    this.#stopWatching = undefined
  }

  #look(): void {
    const version = this.#dataVersion()
    if (version === this.#seen) return
    this.#seen = version
    this.#local.notifyAll()
  }

  async close(): Promise<void> {
    for (const stop of [...this.#stops]) stop()
    this.#unwatch()
  }
}
