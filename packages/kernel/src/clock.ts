/** The time, injected so that tests need not wait. */
export interface Clock {
  /** UTC, milliseconds since the epoch. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }
