import { lstatSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { setImmediate, setTimeout } from 'node:timers/promises'

/**
 * Identity and change time of folders and files, by path. Adding, removing or renaming an entry changes the time of its folder, and
 * the system alone sets it: who wrote there cannot set it back.
 */
export type Stamps = ReadonlyMap<string, string>

/** So many calls of the system are made in one go: together they take a fraction of the time of asynchronous ones. */
const BATCH = 500

/** The stamp of one path; empty if there is nothing. */
export function stampPath(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found === undefined ? '' : stampOf(found)
}

export function stampOf({ ino, ctimeMs }: { ino: number; ctimeMs: number }): string {
  return `${ino}:${ctimeMs}`
}

/** Whether each path, relative to `root`, still has its stamp. */
export async function haveStamps(root: string, stamps: Stamps): Promise<boolean> {
  let n = 0
  for (const [path, stamp] of stamps) {
    if (++n % BATCH === 0) await setImmediate()
    // Not by `join`, which takes as long as the call of the system.
    if (stampPath(root === '' ? path : `${root}/${path}`) !== stamp) return false
  }
  return true
}

/** Waits until the clock of the file system has moved on: two changes within one of its ticks leave one and the same time. */
export async function waitForTick(root: string): Promise<void> {
  const { ctimeMs } = await lstat(root)
  // Where no time has a fraction of a second, it counts seconds; else the kernel's ticks, of at most ten milliseconds.
  await setTimeout(Number.isInteger(ctimeMs / 1000) ? 2_000 : 20)
}
