const utf8 = new TextEncoder()

/** Bytes that grow as they are written; numbers below 2^32 take one to five bytes. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>
  #length = 0

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  varint(value: number): void {
    if (this.#length + 5 > this.#bytes.length) this.#grow(5)
    let rest = value >>> 0
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#bytes[this.#length++] = rest
  }

  bytes(chunk: Uint8Array): void {
    if (this.#length + chunk.length > this.#bytes.length) this.#grow(chunk.length)
    this.#bytes.set(chunk, this.#length)
    this.#length += chunk.length
  }

  /** Text as UTF-8. */
  text(text: string): void {
    // A code unit is at most three bytes.
    const most = text.length * 3
    if (this.#length + most > this.#bytes.length) this.#grow(most)
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code > 0x7f) {
        this.#length += utf8.encodeInto(text.slice(at), this.#bytes.subarray(this.#length)).written
        return
      }
      this.#bytes[this.#length++] = code
    }
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  #grow(need: number): void {
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + need))
    bytes.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = bytes
  }
}

/** A list of numbers below 2^32 that grows as it is written. */
export class NumberList {
  #values: Uint32Array<ArrayBuffer>
  #length = 0

  constructor(capacity = 1024) {
    this.#values = new Uint32Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const values = new Uint32Array(this.#values.length * 2)
      values.set(this.#values)
      this.#values = values
    }
    this.#values[this.#length++] = value
  }

  clear(): void {
    this.#length = 0
  }

  /** The numbers so far, in place: good until the next is pushed. */
  view(): Uint32Array<ArrayBuffer> {
    return this.#values.subarray(0, this.#length)
  }
}
