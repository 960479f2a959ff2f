import { FileMerger, type FileMergerOptions, type MergeResult } from '../src/index.ts'

/** Merges texts with a merger of its own; lines may be given without their end. */
export async function mergeTexts(
  path: string,
  versions: { base: string | null; ours: string; theirs: string },
  options: FileMergerOptions = {},
): Promise<MergeResult & { text: string }> {
  const merger = new FileMerger(options)
  const bytes = (text: string) => new TextEncoder().encode(text)
  try {
    const { base, ours, theirs } = versions
    const result = await merger.merge({ path, base: base === null ? null : bytes(base), ours: bytes(ours), theirs: bytes(theirs) })
    return { ...result, text: Buffer.from(result.content).toString('utf8') }
  } finally {
    await merger.close()
  }
}
