import { ViewTexts } from './build/view-texts.ts'
import type { CodeView } from './code-view.ts'
import type { TreeReader } from './tree-reader.ts'

/** Files read in one go; no more texts than these are in memory. */
const BATCH = 100

/** The texts of files, in their order, for as long as somebody asks. What is not text, or not at hand, is left out. */
export async function* textsInBatches(
  view: CodeView,
  reader: TreeReader,
  positions: readonly number[],
): AsyncGenerator<[position: number, text: string]> {
  for (let at = 0; at < positions.length; at += BATCH) {
    const batch = positions.slice(at, at + BATCH)
    const texts = new ViewTexts(view, reader)
    await texts.load(batch)
    for (const position of batch) {
      const text = texts.of(position)
      if (text !== undefined) yield [position, text]
    }
  }
}
