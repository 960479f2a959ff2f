import type { CodeView } from '../code-view.ts'
import type { TaskQuery } from './task-query.ts'

export interface Mentions {
  /** The task gives the file's path, in whole or in part: in the text, or in a stack trace. */
  mention: Float64Array
  /** A dotted name in the task may be the file's module, or something in it. */
  module: Float64Array
}

/** Files that the task names outright. */
export function mentionedFiles(view: CodeView, query: TaskQuery): Mentions {
  return { mention: mentionedPaths(view, query), module: mentionedModules(view, query) }
}

function mentionedPaths(view: CodeView, query: TaskQuery): Float64Array {
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
  return files
}

function mentionedModules(view: CodeView, query: TaskQuery): Float64Array {
  const files = new Float64Array(view.files.length)
  const raise = (at: number, value: number) => {
    files[at] = Math.max(files[at] ?? 0, value)
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

function commonEnd(a: string, b: string): number {
  const [left, right] = [a.split('/').reverse(), b.split('/').reverse()]
  let length = 0
  while (length < left.length && length < right.length && left[length] === right[length]) length++
  return length
}

function endsWithPath(path: string, end: string): boolean {
  return path === end || path.endsWith(`/${end}`)
}
