/**
 * Keeps texts for a time. Every adapter guarantees:
 * - a text comes back exactly as it was put in, or not at all;
 * - not after its time to live; it may go earlier (space).
 */
export interface CacheStore {
  get(key: string): Promise<string | undefined>
  /** Replaces what was there. A text too large for the store is dropped silently. */
  set(key: string, text: string, ttlMs: number): Promise<void>
  delete(key: string): Promise<void>
  /** Releases only what this instance opened. Safe to call twice. */
  close(): Promise<void>
}
