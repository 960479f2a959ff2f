/** Gives the texts of a view's files, by their positions. */
export interface TextSource {
  /** Reads what is not at hand yet, in one go. */
  load(positions: readonly number[]): Promise<void>
  /** Undefined for what is not loaded, not text, or too large. */
  of(position: number): string | undefined
}
