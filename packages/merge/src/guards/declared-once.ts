import { analyzeSource, canAnalyze, languageOf } from '@patchlane/syntax'
import type { Versions } from '../structured/hunk.ts'

/** No name is declared twice in the same place, unless some version does so already (overloads, conditional definitions). */
export async function declaredOnce(versions: Versions, merged: string): Promise<string | undefined> {
  const language = languageOf(versions.path)
  if (language === undefined) return undefined
  const namesOf =
    language === 'json' ? jsonKeys : canAnalyze(language) ? (text: string) => declared(language, text) : undefined
  if (namesOf === undefined) return undefined
  const twice = repeated(await namesOf(merged))
  if (twice.size === 0) return undefined
  const known = new Set<string>()
  for (const text of [versions.base, versions.ours, versions.theirs]) {
    for (const name of repeated(await namesOf(text))) known.add(name)
  }
  const [fresh] = [...twice].filter((name) => !known.has(name))
  return fresh === undefined ? undefined : `the merge would declare ${fresh} twice`
}

function repeated(names: readonly string[]): Set<string> {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const name of names) (seen.has(name) ? twice : seen).add(name)
  return twice
}

/** Each definition with the path of what it stands in. Local variables may shadow, so only what has a name outside counts. */
async function declared(language: Parameters<typeof analyzeSource>[0], text: string): Promise<string[]> {
  const { definitions } = await analyzeSource(language, text)
  const kinds = ['function', 'method', 'class', 'interface', 'type', 'enum', 'field']
  return definitions
    .filter(({ kind }) => kinds.includes(kind))
    .map((definition) => {
      const outer = definitions[definition.container]
      return `${definition.kind} ${outer === undefined ? '' : `${outer.name}@${outer.kind}.`}${definition.name}`
    })
}

/** Keys of a JSON text, each with the path to it. A scan of its own: `JSON.parse` keeps the last of two silently. */
async function jsonKeys(text: string): Promise<string[]> {
  const keys: string[] = []
  const path: string[] = []
  const counters: number[] = []
  let pending: string | undefined
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    if (token === '{' || token === '[') {
      path.push(pending ?? `#${counters.at(-1) ?? 0}`)
      counters.push(0)
      pending = undefined
    } else if (token === '}' || token === ']') {
      path.pop()
      counters.pop()
    } else if (token === ',') {
      counters.push((counters.pop() ?? 0) + 1)
      pending = undefined
    } else if (token === ':' && pending !== undefined) keys.push(`the key ${[...path, pending].join('/')}`)
    else pending = token
  }
  return keys
}
