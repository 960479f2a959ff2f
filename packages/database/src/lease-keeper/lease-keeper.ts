import type { TargetLease } from '@patchlane/kernel'

/** Keeps leases from running out while their holder works. */
export interface LeaseKeeper {
  /**
   * Renews a lease, several times in each `ttlMs`, until stopped. `lost` is called at most once: when somebody took over, or when the store
   * could not be reached for as long as the lease lasts.
   *
   * @returns what stops it; to be called before the lease is given back.
   */
  keep(lease: TargetLease, ttlMs: number, lost: (reason: unknown) => void): () => Promise<void>
  close(): Promise<void>
}
