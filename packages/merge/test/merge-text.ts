import { FileMerger, type FileMergerOptions, type MergeResult } from '../src/index.ts'

// No test waits for a deadline that a busy machine might reach.
const shared = new FileMerger({ deadlineMs: 60_000 })

/** Merges texts by the default chain, or by one with other options, or by one of the test's own. */
export async function mergeTexts(
  path: string,
  versions: { base: string | null; ours: string; theirs: string },
  options?: FileMergerOptions | FileMerger,
): Promise<MergeResult & { text: string }> {
  const given = options === undefined ? shared : options instanceof FileMerger ? options : undefined
  const merger = given ?? new FileMerger({ deadlineMs: 60_000, ...options })
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
    if (given === undefined) await merger.close()
  }
}
