import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'

/** So many times faster do waits end in {@link hurried}. */
const SPEED = 10

/**
 * Lets the clock run ahead by what is slept, and sleeps a tenth of it. For recoveries after a power cut: they wait to see whether anybody
 * living holds a lock, and nobody is left to hold one.
 */
export async function hurried<T>(work: () => Promise<T>): Promise<T> {
  const [now, sleep] = [Date.now, timers.setTimeout]
  let ahead = 0
  Date.now = () => now() + ahead
  Object.assign(timers, {
    setTimeout: async <V>(ms?: number, value?: V): Promise<V | undefined> => {
      ahead += ((ms ?? 0) * (SPEED - 1)) / SPEED
      return sleep((ms ?? 0) / SPEED, value)
    },
  })
  syncBuiltinESMExports()
  try {
    return await work()
  } finally {
    Date.now = now
    Object.assign(timers, { setTimeout: sleep })
    syncBuiltinESMExports()
  }
}
