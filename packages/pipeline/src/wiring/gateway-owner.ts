import { hostname } from 'node:os'
import { identityOf, isAlive, processIdentitySchema } from '@patchlane/process'

/** The name under which this process holds a target: `host:pid` for people, the rest so that others can tell whether it still lives. */
export async function gatewayOwner(): Promise<string> {
  const identity = await identityOf()
  return `${hostname()}:${process.pid}${identity === undefined ? '' : ` ${JSON.stringify(identity)}`}`
}

/** True only where it is sure: an owner on another machine, or with a name of its own, counts as living until its lease runs out. */
export async function isDeadOwner(owner: string): Promise<boolean> {
  const [, host, text = ''] = /^(.*):\d+ (\{.*\})$/.exec(owner) ?? []
  const identity = processIdentitySchema.safeParse(parseJson(text))
  const here = await identityOf()
  if (host !== hostname() || !identity.success || here === undefined || identity.data.bootId !== here.bootId)
    return false
  return !(await isAlive(identity.data))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
