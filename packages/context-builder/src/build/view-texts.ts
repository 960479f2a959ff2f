import type { FileChange } from '@patchlane/kernel'
import type { CodeView } from '../code-view.ts'
import { MAX_BLOB_BYTES } from '../extract-document.ts'
import type { TextSource } from '../rank/text-source.ts'
import type { TreeReader } from '../tree-reader.ts'

const decoder = new TextDecoder()

/** The texts of a view's files: from the repository by blob id, or from the overlay. Never from the checkout. */
export class ViewTexts implements TextSource {
  readonly #view: CodeView
  readonly #reader: TreeReader
  readonly #texts = new Map<string, string>()
  readonly #overlaid = new Map<string, string>()

  constructor(view: CodeView, reader: TreeReader, overlay: readonly FileChange[] = []) {
    this.#view = view
    this.#reader = reader
    for (const change of overlay) {
      if (change.kind === 'delete' || change.after.mode === '120000' || change.after.content.length > MAX_BLOB_BYTES)
        continue
      const text = decoder.decode(change.after.content)
      this.#texts.set(change.after.oid, text)
      this.#overlaid.set(change.path, text)
    }
  }

  /** Texts of the overlay, by path. */
  overlaid(): ReadonlyMap<string, string> {
    return this.#overlaid
  }

  async load(positions: readonly number[]): Promise<void> {
    const files = positions
      .map((position) => this.#view.file(position))
      .filter(({ mode }) => mode !== '160000' && mode !== '120000')
    const missing = [...new Set(files.map(({ oid }) => oid))].filter((oid) => !this.#texts.has(oid))
    for (const { oid, content } of await this.#reader.readBlobs(missing, { maxBytes: MAX_BLOB_BYTES })) {
      if (content !== null) this.#texts.set(oid, decoder.decode(content))
    }
  }

  of(position: number): string | undefined {
    const { oid, mode } = this.#view.file(position)
    return mode === '120000' ? undefined : this.#texts.get(oid)
  }
}
