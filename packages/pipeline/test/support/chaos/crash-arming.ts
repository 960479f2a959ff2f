import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import {
  type CrashOrder,
  type CrashPoint,
  type CrashPointName,
  crashPoint,
  crashPointNames,
  movesTarget,
  seen,
} from './crash-points.ts'

type AsyncMethod = (this: unknown, ...args: unknown[]) => Promise<unknown>
type Around = (call: () => Promise<unknown>, self: unknown, args: readonly unknown[]) => Promise<unknown>

/** Makes this process die, or stop, at the point that it is armed for. */
export class CrashArming {
  #armed: CrashOrder | null = null
  #left = 0

  /** `objects` are prototypes or instances that have the methods. */
  constructor(objects: Record<Exclude<CrashPoint['on'], 'fs'>, object>) {
    wrap(objects.refs, 'prepare', (call, self, args) => {
      if (movesTarget(args) && typeof self === 'object' && self !== null) {
        seen.transactions.add(self)
        seen.transactionPids.add(Reflect.get(self, 'pid'))
      }
      return call()
    })
    for (const name of crashPointNames) {
      const { on, method, when } = crashPoint(name)
      wrap(on === 'fs' ? fs.promises : objects[on], method, async (call, self, args) => {
        if (when === 'before') this.#pass(name, args, undefined, self)
        const result = await call()
        if (when === 'after') this.#pass(name, args, result, self)
        return result
      })
    }
    // Last, and so first in turn: the beginning of a landing belongs to it.
    wrap(objects.target, 'land', async (call) => {
      seen.landings++
      return await call().finally(() => seen.landings--)
    })
    // What has imported a function by its name already gets the wrapped one, too.
    syncBuiltinESMExports()
  }

  get armed(): CrashOrder | null {
    return this.#armed
  }

  arm(order: CrashOrder | null): void {
    this.#armed = order
    this.#left = order?.pass ?? 0
  }

  #pass(name: CrashPointName, args: readonly unknown[], result: unknown, self: unknown): void {
    if (this.#armed?.point !== name) return
    // Recovery closes journals, too, and taking the fence writes objects.
    if (name.startsWith('landing: ') !== seen.landings > 0 && /^(?:landing|recovery): /.test(name)) return
    const { matches } = crashPoint(name)
    if ((matches !== undefined && !matches(args, result, self)) || this.#left-- > 0) return
    const { signal = 'SIGKILL' } = this.#armed
    this.arm(null)
    fs.writeSync(1, `${signal} ${name}\n`)
    process.kill(process.pid, signal)
  }
}

/** Puts a function around an asynchronous method. */
export function wrap(object: object, method: string, around: Around): void {
  const original: AsyncMethod = Reflect.get(object, method)
  Reflect.set(object, method, function wrapped(this: unknown, ...args: unknown[]) {
    return around(() => original.apply(this, args), this, args)
  })
}
