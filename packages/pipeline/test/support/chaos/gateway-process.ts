// A real gateway that lands whatever comes until it is killed, or dies at the crash point it is told to:
// gateway-process.ts <orders as JSON>
// Where it is to die stands in a file, read in the moment in which it takes the target.
import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { OpenDatabaseOptions } from '@patchlane/database'
import { CrashArming, wrap } from './crash-arming.ts'
import { type CrashOrder, crashPoint } from './crash-points.ts'

export interface GatewayOrders {
  repository: string
  store: OpenDatabaseOptions
  owner: string
  leaseMs: number
  /** Holds a {@link CrashOrder} or null. */
  crashFile: string
}

const orders: GatewayOrders = JSON.parse(process.argv[2] ?? '{}')
const nextCrash = (): CrashOrder | null => JSON.parse(readFileSync(orders.crashFile, 'utf8'))
const news = new EventEmitter()
let arming: CrashArming | undefined
process.on('message', () => {
  if (nextCrash() === null) arming?.arm(null)
  news.emit('news')
})
// Without the one who gives orders nobody would ever end it.
process.on('disconnect', () => process.exit())

const [{ ApplyGateway, GitBranchTarget }, { openDatabase }, { GitRepository, RefTransaction }, { SqlPatchQueue }] =
  await Promise.all([
    import('@patchlane/apply-gateway'),
    import('@patchlane/database'),
    import('@patchlane/git'),
    import('@patchlane/patch-queue/sql'),
  ])
const { PatchlaneError, repoIdSchema, targetNameSchema } = await import('@patchlane/kernel')
const { IntentJournal } = await import('../../../../apply-gateway/src/git-branch/intent.ts')
const { FenceRef } = await import('../../../../apply-gateway/src/git-branch/fence.ts')

const repository = await GitRepository.open(orders.repository)
const queue = new SqlPatchQueue(await openDatabase(orders.store))
const target = new GitBranchTarget({ repository, name: targetNameSchema.parse('refs/heads/main') })
wrap(queue, 'lease', async (call) => {
  const lease = await call()
  if (lease !== undefined) arming?.arm(nextCrash())
  return lease
})
arming = new CrashArming({
  ...{ queue, target, repository },
  ...{ journal: IntentJournal.prototype, fence: FenceRef.prototype, refs: RefTransaction.prototype },
})
const pending = new Set<string>()
if (process.env.PATCHLANE_CHAOS_TRACE) {
  for (const [name, object] of Object.entries({ queue, target, repository })) trace(name, object)
  for (const [name, { prototype }] of Object.entries({ IntentJournal, FenceRef, RefTransaction }))
    trace(name, prototype)
  process.on('exit', (code) => {
    if (code !== 0) process.stderr.write(`still waited for: ${[...pending].join(', ')}\n`)
  })
}
let stop = new AbortController()
const gateway = new ApplyGateway({
  repoId: repoIdSchema.parse('repo'),
  ...{ target, queue, owner: orders.owner, leaseMs: orders.leaseMs },
  onLanded: () => {
    const armed = arming?.armed
    if (armed !== null && armed !== undefined && crashPoint(armed.point).atEnd === true) stop.abort()
  },
})

const say = (line: string) => process.stdout.write(`${line}\n`)
say('ready')
for (;;) {
  try {
    stop = new AbortController()
    await gateway.watch({ signal: stop.signal, idleMs: 50, wake: heard })
  } catch (thrown) {
    // What its supervisor would do: start over. What is not an error of ours ends it, and the round tells.
    if (!PatchlaneError.is(thrown)) throw thrown
    say(`error ${thrown.code}: ${thrown.message.split('\n')[0]?.slice(0, 160)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function heard(signal: AbortSignal): Promise<void> {
  await once(news, 'news', { signal }).catch(() => undefined)
}

/** Keeps the names of calls that have not come back. */
function trace(name: string, object: object): void {
  const methods = new Set([
    ...Object.getOwnPropertyNames(object),
    ...Object.getOwnPropertyNames(Object.getPrototypeOf(object) ?? {}),
  ])
  for (const method of methods) {
    const original: unknown =
      method === 'constructor'
        ? undefined
        : (Object.getOwnPropertyDescriptor(object, method)?.value ??
          Object.getOwnPropertyDescriptor(Object.getPrototypeOf(object) ?? {}, method)?.value)
    if (typeof original !== 'function') continue
    let calls = 0
    Reflect.set(object, method, function traced(this: unknown, ...args: unknown[]) {
      const call = `${name}.${method}#${++calls}`
      const result: unknown = original.apply(this, args)
      if (!(result instanceof Promise)) return result
      pending.add(call)
      return result.finally(() => pending.delete(call))
    })
  }
}
