import type { ContentMerger } from '@patchlane/apply-gateway'
import { FileMerger } from '@patchlane/merge'
import type { PatchlaneConfig } from '../config-schema.ts'

/** No answer is given that is not sure enough to stand by itself. */
const ONLY_SURE = { proposeFrom: 1 }

/** The merge chain, as the gateway asks for it. Its threads start with the first conflict. */
export class ChainMerger implements ContentMerger {
  readonly #unsure: PatchlaneConfig['merge']['unsure']
  #merger: FileMerger | undefined

  constructor({ unsure }: PatchlaneConfig['merge']) {
    this.#unsure = unsure
  }

  async merge({ path, base, ours, theirs, labels, intents, signal }: Parameters<ContentMerger['merge']>[0]) {
    this.#merger ??= new FileMerger(this.#unsure === 'conflict' ? ONLY_SURE : {})
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
    const { clean, content, strategy, notes, needsReview } = result
    if (clean) return { clean, content, strategy: needsReview ? `${strategy}:unsure` : strategy }
    return { clean, marked: content, reason: notes.join('; ') }
  }

  async close(): Promise<void> {
    await this.#merger?.close()
  }
}
