import type { ContentMerger } from '@patchlane/apply-gateway'
import { FileMerger } from '@patchlane/merge'

/** The merge chain, as the gateway asks for it. Its threads start with the first conflict. */
export class ChainMerger implements ContentMerger {
  #merger: FileMerger | undefined

  async merge({ path, base, ours, theirs, labels, intents, signal }: Parameters<ContentMerger['merge']>[0]) {
    this.#merger ??= new FileMerger()
    const result = await this.#merger.merge(
      {
        path,
        base,
        ours,
        theirs,
        ...(labels === undefined ? {} : { labels }),
        ...(intents === undefined ? {} : { intents: { ours: intents.ours.join('\n'), theirs: intents.theirs } }),
      },
      signal,
    )
    const { clean, content, strategy, notes } = result
    if (clean) return { clean, content, strategy }
    return { clean, marked: content, reason: notes.join('; ') }
  }

  async close(): Promise<void> {
    await this.#merger?.close()
  }
}
