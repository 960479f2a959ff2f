import { hasSyntaxErrors, languageOf } from '@patchlane/syntax'
import type { Versions } from '../structured/hunk.ts'

/** The merge has no syntax errors, if no version has any. Files without a grammar pass. */
export async function parses(versions: Versions, merged: string): Promise<string | undefined> {
  const { path } = versions
  if (languageOf(path) === undefined) return undefined
  if (path.endsWith('.json')) return jsonProblem(versions, merged)
  // The merge first: most often it parses, and then nothing else needs to be looked at.
  if ((await hasSyntaxErrors(path, merged)) !== true) return undefined
  for (const text of [versions.base, versions.ours, versions.theirs]) {
    if (text !== '' && (await hasSyntaxErrors(path, text)) === true) return undefined
  }
  return 'the merge would have a syntax error'
}

/** Strict JSON where all versions are; comments and trailing commas only where some version has them. */
function jsonProblem(versions: Versions, merged: string): string | undefined {
  const isJson = (text: string) => {
    try {
      JSON.parse(text.replace(/^\ufeff/, ''))
      return true
    } catch {
      return false
    }
  }
  const strict = [versions.base, versions.ours, versions.theirs].every((text) => text === '' || isJson(text))
  return strict && !isJson(merged) ? 'the merge would not be valid JSON' : undefined
}
