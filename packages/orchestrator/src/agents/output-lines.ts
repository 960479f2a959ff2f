const MAX_LINE = 16_384

/** Cuts one output stream of a process into lines. A line that goes on and on is cut at 16,384 characters. */
export class OutputLines {
  readonly #decoder = new TextDecoder()
  readonly #onLine: (line: string) => void
  #rest = ''

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  push(chunk: Uint8Array): void {
    this.#take(this.#decoder.decode(chunk, { stream: true }))
  }

  /** Gives what is left as the last line. */
  end(): void {
    this.#take(this.#decoder.decode())
    if (this.#rest !== '') this.#onLine(this.#rest)
    this.#rest = ''
  }

  #take(text: string): void {
    const lines = `${this.#rest}${text}`.split(/\r?\n/)
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#emit(line)
    if (this.#rest.length <= MAX_LINE) return
    this.#emit(this.#rest)
    this.#rest = ''
  }

  #emit(line: string): void {
    for (let at = 0; at === 0 || at < line.length; at += MAX_LINE) this.#onLine(line.slice(at, at + MAX_LINE))
  }
}
