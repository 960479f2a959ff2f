import { type Amounts, type Quota, type RateResource, rateResources } from '../quota.ts'
import type { ProviderSignal, QuotaUsage, ReserveAnswer, ReserveRequest, SettleRequest } from '../quota-store.ts'

/** Beyond so many remembered charges, settled neighbours are joined. */
const MAX_CHARGES = 256
/** Milliseconds; covers the rounding of sums of doubles. */
const TOLERANCE = 0.01

interface Charge {
  id: string
  at: number
  open: boolean
  expiresAt: number
  amounts: Amounts
}

interface Bucket {
  resource: RateResource
  /** Milliseconds that one unit takes to flow off. */
  interval: number
  /** Milliseconds of backlog that are let through at once. */
  capacity: number
}

/**
 * One quota. Each rate is a GCRA bucket: a "theoretical arrival time" that charges push on and time catches up with. Charges
 * are remembered until all before them are settled, and the arrival time is folded from them, so that settling yields exactly
 * the state in which the real amounts had been charged from the start. (Subtracting a refund from the arrival time instead
 * would also wipe out later charges whenever the bucket had run empty in between.)
 *
 * `../redis/quota-script.ts` is the same algorithm; a test runs both on the same random operations.
 */
export class QuotaState {
  #base: Record<RateResource, number> = { requests: 0, inputTokens: 0, outputTokens: 0, tokens: 0 }
  #charges: Charge[] = []
  #caps: Partial<Record<RateResource, number>> = {}
  #frozenUntil = 0
  #probing = false
  #window = 0
  #spent = 0

  reserve({ quota, id, amounts, ttlMs }: ReserveRequest, now: number): ReserveAnswer {
    this.#sweep(quota, now)
    const open = this.#charges.filter((charge) => charge.open)
    if (open.some((charge) => charge.id === id)) return { granted: true }
    const refusal = this.#refusal(quota, amounts, open, now)
    if (refusal !== undefined) return refusal
    this.#charges.push({ id, at: now, open: true, expiresAt: now + ttlMs, amounts: { ...amounts } })
    return { granted: true }
  }

  settle({ quota, id, amounts, succeeded }: SettleRequest, now: number): boolean {
    this.#sweep(quota, now)
    const charge = this.#charges.find((candidate) => candidate.open && candidate.id === id)
    if (charge === undefined) return false
    charge.amounts = { ...amounts }
    this.#shut(charge)
    // A call from before the freeze proves nothing about after it.
    if (succeeded && charge.at >= this.#frozenUntil) this.#probing = false
    return true
  }

  renew(quota: Quota, id: string, ttlMs: number, now: number): boolean {
    this.#sweep(quota, now)
    const charge = this.#charges.find((candidate) => candidate.open && candidate.id === id)
    if (charge === undefined) return false
    charge.expiresAt = now + ttlMs
    return true
  }

  tighten(quota: Quota, signal: ProviderSignal, now: number): void {
    this.#sweep(quota, now)
    if (signal.freezeMs !== undefined) {
      this.#frozenUntil = Math.max(this.#frozenUntil, now + signal.freezeMs)
      this.#probing = true
    }
    for (const resource of rateResources) {
      const limit = signal.resources?.[resource]?.limit
      if (limit !== undefined && limit > 0) this.#caps[resource] = limit
    }
    const excess: Amounts = { requests: 0, inputTokens: 0, outputTokens: 0, tokens: 0, money: 0 }
    for (const bucket of this.#buckets(quota)) {
      const remaining = signal.resources?.[bucket.resource]?.remaining
      if (remaining === undefined) continue
      excess[bucket.resource] = Math.max(0, this.#available(bucket, now) - Math.max(0, remaining))
    }
    if (Object.values(excess).some((amount) => amount > 0))
      this.#charges.push({ id: '', at: now, open: false, expiresAt: now, amounts: excess })
  }

  usage(quota: Quota, now: number): QuotaUsage {
    this.#sweep(quota, now)
    const open = this.#charges.filter((charge) => charge.open)
    const available: QuotaUsage['available'] = {}
    for (const bucket of this.#buckets(quota)) available[bucket.resource] = this.#available(bucket, now)
    const frozenMs = Math.max(0, this.#frozenUntil - now)
    return { available, open: open.length, money: this.#spent + heldMoney(open), frozenMs }
  }

  #refusal(quota: Quota, amounts: Amounts, open: readonly Charge[], now: number): ReserveAnswer | undefined {
    const buckets = this.#buckets(quota)
    for (const { resource, interval, capacity } of buckets)
      if (amounts[resource] * interval > capacity + TOLERANCE)
        return { granted: false, limitedBy: resource, retryAfterMs: null }
    if (quota.budget !== undefined && amounts.money > quota.budget.amount)
      return { granted: false, limitedBy: 'money', retryAfterMs: null }

    if (this.#frozenUntil > now)
      return { granted: false, limitedBy: 'frozen', retryAfterMs: Math.ceil(this.#frozenUntil - now) }
    const firstExpiry = open.reduce((first, charge) => Math.min(first, charge.expiresAt), Number.POSITIVE_INFINITY)
    if (this.#probing && open.some((charge) => charge.at >= this.#frozenUntil))
      return { granted: false, limitedBy: 'probe', retryAfterMs: Math.ceil(firstExpiry - now) }
    if (quota.concurrency !== undefined && open.length >= quota.concurrency)
      return { granted: false, limitedBy: 'concurrency', retryAfterMs: Math.ceil(firstExpiry - now) }
    if (quota.budget !== undefined && this.#spent + heldMoney(open) + amounts.money > quota.budget.amount)
      return { granted: false, limitedBy: 'money', retryAfterMs: Math.ceil(this.#window + quota.budget.perMs - now) }

    let slowest: { limitedBy: RateResource; wait: number } | undefined
    for (const { resource, interval, capacity } of buckets) {
      if (amounts[resource] === 0) continue
      const wait = Math.max(now, this.#arrival(resource, interval)) - now + amounts[resource] * interval - capacity
      if (wait > TOLERANCE && wait > (slowest?.wait ?? 0)) slowest = { limitedBy: resource, wait }
    }
    if (slowest === undefined) return undefined
    return { granted: false, limitedBy: slowest.limitedBy, retryAfterMs: Math.ceil(slowest.wait) }
  }

  /** Closes what expired, starts a new budget window, and folds the settled beginning of the list away. */
  #sweep(quota: Quota, now: number): void {
    if (quota.budget !== undefined) {
      const window = Math.floor(now / quota.budget.perMs) * quota.budget.perMs
      if (window !== this.#window) {
        this.#window = window
        this.#spent = 0
      }
    }
    for (const charge of this.#charges) if (charge.open && charge.expiresAt <= now) this.#shut(charge)
    const firstOpen = this.#charges.findIndex((charge) => charge.open)
    const settled = this.#charges.splice(0, firstOpen < 0 ? this.#charges.length : firstOpen)
    for (const { resource, interval } of this.#buckets(quota))
      for (const charge of settled) this.#base[resource] = pushed(this.#base[resource], charge, resource, interval)
    if (this.#charges.length > MAX_CHARGES) this.#charges = joined(this.#charges)
  }

  #shut(charge: Charge): void {
    charge.open = false
    this.#spent += charge.amounts.money
  }

  #arrival(resource: RateResource, interval: number): number {
    return this.#charges.reduce((arrival, charge) => pushed(arrival, charge, resource, interval), this.#base[resource])
  }

  #available({ resource, interval, capacity }: Bucket, now: number): number {
    return (capacity - (Math.max(now, this.#arrival(resource, interval)) - now)) / interval
  }

  #buckets(quota: Quota): Bucket[] {
    return rateResources.flatMap((resource) => {
      const rate = quota.rates[resource]
      if (rate === undefined) return []
      const cap = this.#caps[resource] ?? rate.amount
      const interval = rate.perMs / Math.min(rate.amount, cap)
      return [{ resource, interval, capacity: Math.min(rate.burst ?? rate.amount, cap) * interval }]
    })
  }
}

function pushed(arrival: number, charge: Charge, resource: RateResource, interval: number): number {
  const amount = charge.amounts[resource]
  return amount === 0 ? arrival : Math.max(charge.at, arrival) + amount * interval
}

function heldMoney(open: readonly Charge[]): number {
  return open.reduce((sum, charge) => sum + charge.amounts.money, 0)
}

/** Settled neighbours become one charge at the later time, which can only make the bucket fuller. */
function joined(charges: readonly Charge[]): Charge[] {
  const result: Charge[] = []
  for (const charge of charges) {
    const last = result.at(-1)
    if (last === undefined || last.open || charge.open) {
      result.push({ ...charge, amounts: { ...charge.amounts } })
      continue
    }
    last.at = charge.at
    for (const resource of rateResources) last.amounts[resource] += charge.amounts[resource]
  }
  return result
}
