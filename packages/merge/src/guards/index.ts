import type { Versions } from '../structured/hunk.ts'
import { declaredOnce } from './declared-once.ts'
import { formKept } from './form-kept.ts'
import { parses } from './parses.ts'
import { tokensKept } from './tokens-kept.ts'

/** Why a merge beyond git's must not be taken; `undefined` if every guard lets it through. */
export async function guardProblem(
  versions: Versions,
  merged: string,
  rules: readonly string[],
): Promise<string | undefined> {
  return (
    formKept(versions, merged) ??
    tokensKept(versions, merged, rules) ??
    (await parses(versions, merged)) ??
    (await declaredOnce(versions, merged))
  )
}
