import { RefTransaction, type RefTransactionOptions } from './ref-transaction.ts'

/**
 * One transaction whose process is started before it is wanted, so that whoever wants it does not wait for git to start. Until it is
 * taken it holds no lock, changes nothing and does not keep this process alive.
 */
export class ReadyRefTransaction {
  #ready: { key: string; transaction: Promise<RefTransaction> } | undefined

  /** Starts one for these options, unless it is there already. */
  async prepare(options: RefTransactionOptions): Promise<void> {
    const key = JSON.stringify(options)
    if (this.#ready?.key !== key) {
      await this.close()
      const transaction = RefTransaction.begin(options)
      this.#ready = { key, transaction }
      ;(await transaction).keepAlive(false)
    }
  }

  /** The one that is ready if it fits, else a new one. */
  async take(options: RefTransactionOptions): Promise<RefTransaction> {
    if (this.#ready?.key === JSON.stringify(options)) {
      const { transaction } = this.#ready
      this.#ready = undefined
      const taken = await transaction.catch(() => undefined)
      if (taken?.running) {
        taken.keepAlive(true)
        return taken
      }
    }
    return RefTransaction.begin(options)
  }

  async close(): Promise<void> {
    const ready = this.#ready
    this.#ready = undefined
    const transaction = await ready?.transaction.catch(() => undefined)
    await transaction?.abort()
  }
}
