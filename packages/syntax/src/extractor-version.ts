import { grammarVersions } from './grammar.ts'
import { queries } from './queries/index.ts'

/** Raise it when the same grammar and query give another analysis. */
const ANALYSIS_REVISION = 1

/** What the answers of this package depend on beside the source: a digest of grammars, queries and the analysis itself. */
export async function extractorVersion(): Promise<string> {
  // Loaded here, since threads that only analyse need none of it.
  const { digestJson } = await import('@patchlane/kernel')
  return digestJson({ revision: ANALYSIS_REVISION, grammars: await grammarVersions(), queries })
}
