import type { CodeView } from '../code-view.ts'
import { termsOf, wordPattern } from '../words.ts'
import { PathWords } from './path-words.ts'
import type { TaskQuery } from './task-query.ts'

/** Files whose path the task gives, in whole or in part: from the text, a stack trace, or as a dotted module. */
export function mentionedPaths(view: CodeView, query: TaskQuery): Float64Array {
  const files = new Float64Array(view.files.length)
  const raise = (at: number, value: number) => {
    files[at] = Math.max(files[at] ?? 0, value)
  }
  const byName = new Map<string, number[]>()
  for (const [at, { path }] of view.files.entries()) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const list = byName.get(name)
    if (list === undefined) byName.set(name, [at])
    else list.push(at)
  }
  for (const mention of query.paths) {
    const plain = mention.replace(/:\d+.*$/, '')
    const candidates = byName.get(plain.slice(plain.lastIndexOf('/') + 1)) ?? []
    // A trace may name more folders than the repository has: the longest common end wins.
    let best = 0
    const lengths = candidates.map((at) => {
      const length = commonEnd(view.file(at).path, plain)
      best = Math.max(best, length)
      return [at, length] as const
    })
    const chosen = lengths.filter(([, length]) => length === best)
    for (const [at] of chosen) raise(at, chosen.length > 3 ? 0.3 : best > 1 || chosen.length === 1 ? 1 : 0.6)
  }
  const modules = new Set(query.modules.map((name) => name.replaceAll('.', '/')))
  if (modules.size > 0) {
    for (const [at, { path }] of view.files.entries()) {
      const plain = path.replace(/(?:\/__init__|\/index)?\.\w+$/, '')
      for (const module of modules) {
        const parent = module.slice(0, module.lastIndexOf('/'))
        if (endsWithPath(plain, module)) raise(at, 0.9)
        else if (parent.includes('/') && endsWithPath(plain, parent)) raise(at, 0.6)
      }
    }
  }
  return files
}

/** Files in a folder or package that the task names: 1 for the scope of its title, less for a word in it. */
export function namedPlaces(view: CodeView, query: TaskQuery): { scope: Float64Array; package: Float64Array } {
  const words = PathWords.of(view)
  const scope = new Float64Array(view.files.length)
  const scopeTerms = query.scopes.map((name) => new Set((name.match(wordPattern(name)) ?? []).flatMap(termsOf)))
  for (const terms of scopeTerms) {
    if (terms.size === 0) continue
    for (const [at] of view.files.entries()) {
      const names = words.nameTerms[at] ?? []
      const folders = words.folderTerms[at] ?? []
      const all = [...terms].every((term) => folders.includes(term) || names.includes(term))
      if (all) scope[at] = 1
    }
  }
  return { scope, package: namedPackages(view, query) }
}

const parallel = /^(?:packages|apps|crates|libs|plugins|adapters|contrib|providers|extensions|middleware)\/([^/]+)\//

function namedPackages(view: CodeView, query: TaskQuery): Float64Array {
  const files = new Float64Array(view.files.length)
  const named = new Map<string, boolean>()
  for (const [at, { path }] of view.files.entries()) {
    const name = parallel.exec(path)?.[1]
    if (name === undefined) continue
    let isNamed = named.get(name)
    if (isNamed === undefined) {
      const parts = (name.match(wordPattern(name)) ?? []).flatMap(termsOf)
      isNamed = parts.length > 0 && parts.every((term) => query.terms.has(term))
      named.set(name, isNamed)
    }
    if (isNamed) files[at] = 1
  }
  // If all packages are named, none is.
  return [...named.values()].every(Boolean) ? new Float64Array(view.files.length) : files
}

function commonEnd(a: string, b: string): number {
  const [left, right] = [a.split('/').reverse(), b.split('/').reverse()]
  let length = 0
  while (length < left.length && length < right.length && left[length] === right[length]) length++
  return length
}

function endsWithPath(path: string, end: string): boolean {
  return path === end || path.endsWith(`/${end}`)
}
