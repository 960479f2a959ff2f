import { PatchlaneError } from '@patchlane/kernel'

export interface GroupCommitOptions<Item, Result> {
  /** Does all of a group in one step, or none of it. */
  run(group: readonly Item[]): Promise<readonly Result[]>
  /** What an item counts towards `maxSize`. */
  sizeOf(item: Item): number
  maxSize: number
  maxItems: number
}

interface Waiting<Item, Result> {
  item: Item
  resolve(result: Result): void
  reject(error: unknown): void
}

/**
 * Makes one step of what arrives while the step before is still being written to disk ("group commit": Gawlick and Kinkade, 1985).
 * The first never waits for company. Lanes do not know of each other; within one the order of arrival is kept.
 *
 * If a group fails, each of its items is tried alone, so that none suffers for another: doing an item twice must be doing it once.
 * An error that trying again can mend is nobody's own: all are told at once.
 */
export class GroupCommit<Item, Result> {
  readonly #options: GroupCommitOptions<Item, Result>
  readonly #lanes = new Map<string, Waiting<Item, Result>[]>()

  constructor(options: GroupCommitOptions<Item, Result>) {
    this.#options = options
  }

  add(lane: string, item: Item): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    const waiting = { item, resolve, reject }
    const queue = this.#lanes.get(lane)
    if (queue === undefined) void this.#work(lane, [waiting])
    else queue.push(waiting)
    return promise
  }

  async #work(lane: string, first: Waiting<Item, Result>[]): Promise<void> {
    this.#lanes.set(lane, first)
    for (let queue = first; queue.length > 0; queue = this.#lanes.get(lane) ?? []) {
      const group = this.#take(queue)
      if (!(await this.#try(group))) for (const one of group) await this.#try([one])
    }
    this.#lanes.delete(lane)
  }

  #take(queue: Waiting<Item, Result>[]): Waiting<Item, Result>[] {
    let size = 0
    const fits = queue.findIndex(({ item }, index) => {
      size += this.#options.sizeOf(item)
      return index > 0 && (index >= this.#options.maxItems || size > this.#options.maxSize)
    })
    return queue.splice(0, fits === -1 ? queue.length : fits)
  }

  /** False when the members of the group are to be tried alone. */
  async #try(group: readonly Waiting<Item, Result>[]): Promise<boolean> {
    try {
      const results = await this.#options.run(group.map(({ item }) => item))
      for (const [index, { resolve, reject }] of group.entries()) {
        const result = results[index]
        if (result === undefined) reject(new TypeError('A step gave fewer results than it got items.'))
        else resolve(result)
      }
      return true
    } catch (error) {
      if (group.length > 1 && !(PatchlaneError.is(error) && error.retryable)) return false
      for (const { reject } of group) reject(error)
      return true
    }
  }
}
