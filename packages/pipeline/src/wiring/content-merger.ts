import type { ContentMerger } from '@patchlane/apply-gateway'
import { type ConflictResolver, FileMerger } from '@patchlane/merge'
import type { PatchlaneConfig } from '../config-schema.ts'

/** No answer is given that is not sure enough to stand by itself. */
const ONLY_SURE = { proposeFrom: 1 }

/** The merge chain, as the gateway asks for it. Its threads start with the first conflict. */
export class ChainMerger implements ContentMerger {
  readonly #unsure: PatchlaneConfig['merge']['unsure']
  readonly #resolver: ConflictResolver | undefined
  #merger: FileMerger | undefined

  constructor({ unsure }: Pick<PatchlaneConfig['merge'], 'unsure'>, resolver?: ConflictResolver) {
    this.#unsure = unsure
    this.#resolver = resolver
  }

  async merge({ path, base, ours, theirs, labels, intents, signal }: Parameters<ContentMerger['merge']>[0]) {
    const resolver = this.#resolver
    this.#merger ??= new FileMerger({
      ...(this.#unsure === 'conflict' ? ONLY_SURE : {}),
      ...(resolver === undefined ? {} : { resolver }),
    })
    // Only a resolver reads them.
    const meant = resolver === undefined ? undefined : await intents?.()
    const result = await this.#merger.merge(
      {
        path,
        base,
        ours,
        theirs,
        ...(labels === undefined ? {} : { labels }),
        ...(meant === undefined ? {} : { intents: { ours: meant.ours.join('\n\n'), theirs: meant.theirs } }),
      },
      signal,
    )
    const { clean, content, strategy, notes, needsReview } = result
    if (clean) return { clean, content, strategy: needsReview ? `${strategy}:unsure` : strategy }
    // What rules say of a conflict helps nobody to mend it; a resolver's words do.
    const said = notes.filter((note) => note.startsWith('resolver:'))
    return { clean, marked: content, ...(said.length === 0 ? {} : { reason: said.join('; ') }) }
  }

  async close(): Promise<void> {
    await this.#merger?.close()
  }
}
