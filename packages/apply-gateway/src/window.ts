export interface WindowOptions {
  /** @default 3 */
  start?: number
  /** @default 20 */
  max?: number
}

/** How many patches are staged on top of each other: one more after each landing, half after each failure. */
export class TrainWindow {
  readonly #max: number
  #size: number

  constructor(options: WindowOptions = {}) {
    this.#max = Math.max(1, options.max ?? 20)
    this.#size = Math.min(Math.max(1, options.start ?? 3), this.#max)
  }

  get size(): number {
    return this.#size
  }

  grow(): void {
    this.#size = Math.min(this.#size + 1, this.#max)
  }

  shrink(): void {
    this.#size = Math.max(1, Math.floor(this.#size / 2))
  }
}
