import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
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
  const owner = JSON.stringify(await identityOf())
  for (let delay = 2; ; delay = Math.min(delay * 2, 100)) {
    if (await create(file, owner)) break
    if (await ownerIsDead(file)) await rm(file, { force: true })
    else await sleep(delay)
  }
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

async function create(file: string, owner: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx')
    await handle.writeFile(owner)
    await handle.close()
    return true
  } catch (thrown) {
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'EEXIST') return false
    throw thrown
  }
}

/** An unreadable owner is one that is still writing its name, or died doing so: the second look decides. */
async function ownerIsDead(file: string): Promise<boolean> {
  for (let look = 0; look < 20; look++) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text === undefined) return false
    const owner = processIdentitySchema.safeParse(tryJson(text))
    if (owner.success) return !(await isAlive(owner.data))
    await sleep(25)
  }
  return true
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
