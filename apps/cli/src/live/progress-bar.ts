import type { OutputStream } from '../io/cli-io.ts'
import { formatDuration } from '../text/duration.ts'
import { clip } from '../text/table.ts'

const MIN_REDRAW_MS = 80

/**
 * A bar with rate and time left on one line of a terminal; does nothing elsewhere. The line is taken away at the end, so that
 * the result stands alone.
 */
export class ProgressBar {
  readonly #stream: OutputStream
  readonly #label: string
  readonly #now: () => number
  readonly #startedAt: number
  #drawnAt = Number.NEGATIVE_INFINITY
  #drawn = false

  constructor(stream: OutputStream, label: string, now: () => number) {
    this.#stream = stream
    this.#label = label
    this.#now = now
    this.#startedAt = now()
  }

  update(done: number, total: number): void {
    const now = this.#now()
    if (!this.#stream.isTerminal || (now - this.#drawnAt < MIN_REDRAW_MS && done < total)) return
    this.#drawnAt = now
    this.#drawn = true
    const text = progressText({ label: this.#label, done, total, elapsedMs: now - this.#startedAt })
    this.#stream.write(`\r\u001b[K${clip(text, Math.max(1, this.#stream.columns - 1))}`)
  }

  end(): void {
    if (this.#drawn) this.#stream.write('\r\u001b[K')
    this.#drawn = false
  }
}

/** The words of a bar. */
export function progressText(state: { label: string; done: number; total: number; elapsedMs: number }): string {
  const { label, done, total, elapsedMs } = state
  const share = total <= 0 ? 0 : Math.min(1, done / total)
  const cells = 20
  const full = Math.round(share * cells)
  const perSecond = elapsedMs < 200 ? 0 : (done / elapsedMs) * 1000
  const rate = perSecond > 0 ? `, ${Math.round(perSecond)}/s` : ''
  const left = perSecond > 0 && done < total ? `, ${formatDuration(((total - done) / perSecond) * 1000)} left` : ''
  return `${label} ${'━'.repeat(full)}${'╌'.repeat(cells - full)} ${done}/${total}${rate}${left}`
}
