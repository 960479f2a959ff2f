import { FileMerger, type FileMergerOptions, type MergeResult } from '../src/index.ts'

const shared = new FileMerger()

/** Merges texts by the default chain, or by one with other options. */
export async function mergeTexts(
  path: string,
  versions: { base: string | null; ours: string; theirs: string },
  options?: FileMergerOptions,
): Promise<MergeResult & { text: string }> {
  const merger = options === undefined ? shared : new FileMerger(options)
  const bytes = (text: string) => new TextEncoder().encode(text)
  try {
    const { base, ours, theirs } = versions
    const result = await merger.merge({
      path,
      base: base === null ? null : bytes(base),
      ours: bytes(ours),
      theirs: bytes(theirs),
    })
    return { ...result, text: Buffer.from(result.content).toString('utf8') }
  } finally {
    if (merger !== shared) await merger.close()
  }
}
