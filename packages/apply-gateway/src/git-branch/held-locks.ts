import { lstatOrNothing, removeFile } from '../files.ts'

/** A lock file that git made for a landing. */
export interface HeldLock {
  path: string
  inode: string
  /** When it was made, in nanoseconds, where that is known: an inode is soon given to another file. */
  madeAt?: bigint
}

/** The lock that is there, if any. */
export async function heldLock(path: string): Promise<HeldLock[]> {
  const found = await lstatOrNothing(path)
  return found === undefined ? [] : [{ path, inode: String(found.ino), madeAt: found.birthtimeNs }]
}

/** Removes those that are still the same: git takes its locks away when it is done, and says nothing where it cannot. */
export async function removeHeldLocks(locks: readonly HeldLock[]): Promise<void> {
  await Promise.all(
    locks.map(async ({ path, inode, madeAt }) => {
      const [found] = await heldLock(path)
      if (found?.inode === inode && (madeAt === undefined || found.madeAt === madeAt)) await removeFile(path)
    }),
  )
}
