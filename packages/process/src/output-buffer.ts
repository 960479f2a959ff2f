/**
 * Collects a stream's bytes up to a limit. Past it the first half and the last half are kept, because a program says at the
 * beginning what it does and at the end how it went.
 */
export class OutputBuffer {
  readonly #limit: number
  readonly #head: Buffer[] = []
  #headBytes = 0
  #tail: Buffer[] = []
  #tailBytes = 0
  #droppedBytes = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get truncated(): boolean {
    return this.#droppedBytes > 0
  }

  append(chunk: Buffer): void {
    const headLimit = Math.ceil(this.#limit / 2)
    const forHead = Math.min(chunk.length, headLimit - this.#headBytes)
    if (forHead > 0) {
      this.#head.push(chunk.subarray(0, forHead))
      this.#headBytes += forHead
    }
    if (forHead < chunk.length) this.#appendTail(chunk.subarray(Math.max(forHead, 0)))
  }

  #appendTail(chunk: Buffer): void {
    this.#tail.push(chunk)
    this.#tailBytes += chunk.length
    const tailLimit = Math.floor(this.#limit / 2)
    // Twice the limit before compacting, so that a chatty program costs linear time.
    if (this.#tailBytes > Math.max(tailLimit * 2, 65_536)) this.#compactTail(tailLimit)
  }

  #compactTail(tailLimit: number): void {
    if (this.#tailBytes <= tailLimit) return
    const joined = Buffer.concat(this.#tail)
    this.#droppedBytes += joined.length - tailLimit
    this.#tail = [Buffer.from(joined.subarray(joined.length - tailLimit))]
    this.#tailBytes = tailLimit
  }

  /** What was kept; where bytes are missing, a line that says how many. */
  take(): Buffer {
    this.#compactTail(Math.floor(this.#limit / 2))
    const gap = this.truncated ? [Buffer.from(`\n[... ${this.#droppedBytes} bytes left out ...]\n`)] : []
    return Buffer.concat([...this.#head, ...gap, ...this.#tail])
  }
}
