import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sha256 } from '@patchlane/kernel'
import { identityOf, isAlive, processIdentitySchema } from '@patchlane/process'

const queues = new Map<string, Promise<unknown>>()

/**
 * Runs `work` while no other caller with the same lock file does, in this process or another. A lock whose owner is dead is taken
 * over. The file holds who has it.
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(file) ?? Promise.resolve()
  const mine = before.then(
    () => locked(file, work),
    () => locked(file, work),
  )
  queues.set(file, mine)
  try {
    return await mine
  } finally {
    if (queues.get(file) === mine) queues.delete(file)
  }
}

async function locked<T>(file: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true })
  for (let delay = 2; !(await create(file)); delay = Math.min(delay * 2, 100)) {
    if (!(await removeIfDead(file))) await sleep(delay)
  }
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

/** Written elsewhere and linked, so that the lock never exists without its owner. No two locks are alike. */
async function create(file: string): Promise<boolean> {
  const nonce = randomUUID()
  const temporary = `${file}.${nonce}`
  await writeFile(temporary, JSON.stringify({ ...(await identityOf()), nonce }))
  try {
    await link(temporary, file)
    return true
  } catch (thrown) {
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'EEXIST') return false
    throw thrown
  } finally {
    await rm(temporary, { force: true })
  }
}

/**
 * Two that find the same dead owner must not remove a lock each: the second would remove what a third has taken since. So the right to remove
 * just this lock is taken first, by a lock named after what it holds; while it is held, a lock that still reads the same is the same.
 *
 * @returns whether it is worth trying again at once.
 */
async function removeIfDead(file: string): Promise<boolean> {
  const judged = await readLock(file)
  if (judged === undefined) return true
  if (await isOwned(judged)) return false
  const right = `${file}.dead-${sha256(judged).slice(0, 16)}`
  // Who had the right may have died with it.
  if (!(await create(right))) return removeIfDead(right)
  try {
    if ((await readLock(file)) === judged) await rm(file, { force: true })
  } finally {
    await rm(right, { force: true })
  }
  return true
}

async function readLock(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined)
}

/** What does not name its owner was left by something that is no lock of ours. */
async function isOwned(text: string): Promise<boolean> {
  const owner = processIdentitySchema.safeParse(tryJson(text))
  return owner.success && isAlive(owner.data)
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
