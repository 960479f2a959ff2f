import { Writable } from 'node:stream'
import { createLogUpdate } from 'log-update'
import stringWidth from 'string-width'
import type { OutputStream } from '../io/cli-io.ts'

const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
const ERASE_LINE_AND_UP = '\u001b[2K\u001b[1A'

/**
 * A block of lines at the end of a terminal that is drawn over in place: only lines that changed are written, in one piece,
 * so that nothing flickers. Lines must not be wider than the terminal.
 */
export class LiveScreen {
  readonly #stream: OutputStream
  readonly #draw: ReturnType<typeof createLogUpdate>
  readonly #stopListening: () => void
  #lines: readonly string[] = []
  #ended = false

  /** `onResize` is called when the lines have to be made anew for another width. */
  constructor(stream: OutputStream, onResize: () => void) {
    this.#stream = stream
    this.#draw = createLogUpdate(asTerminal(stream), { showCursor: true })
    stream.write(HIDE_CURSOR)
    this.#stopListening = stream.onResize(() => {
      this.#forget()
      onResize()
    })
  }

  show(lines: readonly string[]): void {
    if (this.#ended) return
    this.#lines = lines
    this.#draw(lines.join('\n'))
  }

  /** Text that stays, above the block. */
  persist(text: string): void {
    const lines = this.#lines
    this.#draw.clear()
    this.#stream.write(`${text}\n`)
    this.show(lines)
  }

  /** Gives the cursor back; what is shown stays, or is taken away. Safe to call twice. */
  end(options: { keep: boolean }): void {
    if (this.#ended) return
    this.#ended = true
    this.#stopListening()
    if (!options.keep) this.#draw.clear()
    this.#draw.done()
    this.#stream.write(SHOW_CURSOR)
  }

  /** A narrower terminal breaks lines that were drawn: what they take now has to be erased, not what they took. */
  #forget(): void {
    const width = Math.max(1, this.#stream.columns)
    const taken = this.#lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / width)), 0)
    if (taken > 0) this.#stream.write(`${ERASE_LINE_AND_UP.repeat(Math.min(taken, this.#stream.rows))}\u001b[2K\r`)
    this.#draw.done()
    this.#lines = []
  }
}

function asTerminal(stream: OutputStream): Writable {
  const writable = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      stream.write(String(chunk))
      done()
    },
  })
  return Object.defineProperties(writable, {
    isTTY: { value: true },
    columns: { get: () => stream.columns },
    rows: { get: () => stream.rows },
  })
}
