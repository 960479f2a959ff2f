import { randomBytes } from 'node:crypto'
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
  const nonce = randomBytes(8).toString('hex')
  // Made elsewhere and linked, so that the lock never exists without its owner's name.
  const own = `${file}.${nonce}`
  try {
    await mkdir(dirname(file), { recursive: true })
    // The nonce tells what a dead process left from what it, or another one, takes next.
    await writeFile(own, JSON.stringify({ ...(await identityOf()), nonce }))
    for (let delay = 2; !(await create(own, file)); ) {
      if (await removeDead(file)) continue
      await sleep(delay)
      delay = Math.min(delay * 2, 100)
    }
  } finally {
    await rm(own, { force: true })
  }
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

async function create(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file)
    return true
  } catch (thrown) {
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'EEXIST') return false
    throw thrown
  }
}

/**
 * Removes the lock of a dead owner. Of several who see it at once only one may, else a late one would remove the lock that an early one
 * has taken meanwhile: so the right to remove this very lock is a lock of its own.
 *
 * @returns whether it is worth trying to take the lock at once.
 */
async function removeDead(file: string): Promise<boolean> {
  const text = await read(file)
  if (text === undefined) return true
  const owner = processIdentitySchema.safeParse(tryJson(text)).data
  if (owner === undefined || (await isAlive(owner))) return false
  await locked(`${file}.over-${sha256(text).slice(0, 16)}`, async () => {
    if ((await read(file)) === text) await rm(file, { force: true })
  })
  return true
}

function read(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined)
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
