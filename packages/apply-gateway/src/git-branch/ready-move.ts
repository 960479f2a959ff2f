import { randomUUID } from 'node:crypto'
import type { GitRepository, WaitingGit } from '@patchlane/git'
import { readTreeRequest } from './checkout-move.ts'
import type { Checkout } from './checkouts.ts'

/** Names a landing, and the git that will move its files if that was started ahead. */
export interface Move {
  token: string
  git: WaitingGit | undefined
}

/** Has git started for the files of the next landing. The private index it will work on bears the landing's name, which is so chosen early. */
export class ReadyMove {
  readonly #repository: GitRepository
  #ready: { key: string; token: string; git: Promise<WaitingGit | undefined> } | undefined

  constructor(repository: GitRepository) {
    this.#repository = repository
  }

  /** Starts one for this checkout, unless it is there already. */
  async prepare(checkout: Checkout): Promise<void> {
    const key = JSON.stringify(checkout)
    const known = this.#ready
    if (known?.key === key && (await known.git)?.running === true) return
    if (this.#ready !== known) return
    const token = randomUUID()
    // A failure shows when there is none to take.
    const git = this.#repository.waitingGit(readTreeRequest(checkout, token)).catch(() => undefined)
    this.#ready = { key, token, git }
    await (await known?.git)?.stop()
  }

  /** The one that is ready, if it fits. Whoever takes it stops it. */
  async take(checkout: Checkout): Promise<Move> {
    const ready = this.#ready
    if (ready?.key === JSON.stringify(checkout)) {
      this.#ready = undefined
      const git = await ready.git
      if (git?.running === true) return { token: ready.token, git }
    }
    return { token: randomUUID(), git: undefined }
  }
}
