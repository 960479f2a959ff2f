import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { identityOf, isAlive, processIdentitySchema } from '@patchlane/process'
import { z } from 'zod'

const holderSchema = z.object({ id: z.string(), host: z.string(), process: processIdentitySchema })

/** A name for this process as the holder of runs, by which others on this machine can tell whether it still lives. */
export async function holderName(): Promise<string> {
  const id = randomUUID()
  const process = await identityOf()
  return process === undefined ? id : JSON.stringify({ id, host: hostname(), process })
}

/** True only where it is sure: a holder on another machine, or with a name of its own, counts as living until its claim runs out. */
export async function isDeadHolder(name: string): Promise<boolean> {
  const parsed = holderSchema.safeParse(parseJson(name))
  if (!parsed.success) return false
  const { host, process } = parsed.data
  const here = await identityOf()
  if (here === undefined || host !== hostname() || process.bootId !== here.bootId) return false
  return !(await isAlive(process))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
