import type { CodeView } from '../code-view.ts'
import type { History } from '../history/history.ts'

/** Renamed files with more namesakes than this are not looked for: `index` may be any. */
const NAMESAKES = 20

const cache = new WeakMap<History, WeakMap<CodeView, PastChanges>>()

/** Past commits as changes of the files of one view; files that have moved since are followed by their name. */
export class PastChanges {
  /** For each commit, newest first, the files it changed that are still there. */
  readonly files: readonly (readonly number[])[]
  /** What a commit says of one of its files: the more files, the less. */
  readonly share: Float64Array
  /** How many of the commits changed each file. */
  readonly times: Uint32Array
  /** The newest commit that changed each file; as many as there are where none did. */
  readonly newest: Uint32Array
  readonly #files: number
  readonly #masses = new Map<number, Float64Array>()

  static of(view: CodeView, history: History): PastChanges {
    const byView = cache.get(history) ?? new WeakMap<CodeView, PastChanges>()
    cache.set(history, byView)
    const changes = byView.get(view) ?? new PastChanges(view, history)
    byView.set(view, changes)
    return changes
  }

  private constructor(view: CodeView, history: History) {
    const places = new MovedFiles(view)
    this.share = new Float64Array(history.commits.length)
    this.#files = view.files.length
    this.times = new Uint32Array(view.files.length)
    this.newest = new Uint32Array(view.files.length).fill(history.commits.length)
    this.files = history.commits.map((_, at) => {
      const paths = history.paths(at)
      this.share[at] = 1 / Math.sqrt(Math.max(1, paths.length))
      const found: number[] = []
      for (const path of paths) {
        const position = view.position(path) ?? places.find(path)
        if (position !== undefined && !found.includes(position)) found.push(position)
      }
      for (const position of found) {
        this.times[position] = (this.times[position] ?? 0) + 1
        this.newest[position] = Math.min(this.newest[position] ?? at, at)
      }
      return found
    })
  }

  /** How much was said of each file in all; with a half-life, a commit that many commits ago counts half as much. */
  mass(halfLife = Number.POSITIVE_INFINITY): Float64Array {
    const known = this.#masses.get(halfLife)
    if (known !== undefined) return known
    const sums = new Float64Array(this.#files)
    // After so many half-lives nothing is left that a score could show.
    for (const [at, files] of this.files.slice(0, halfLife * 14).entries()) {
      const value = 2 ** (-at / halfLife) * (this.share[at] ?? 0)
      for (const position of files) sums[position] = (sums[position] ?? 0) + value
    }
    this.#masses.set(halfLife, sums)
    return sums
  }
}

/** Finds where a path of the past is now: the file of that name with most folders in common, if there is one such. */
class MovedFiles {
  readonly #view: CodeView
  readonly #known = new Map<string, number | undefined>()
  #byName: Map<string, number[]> | undefined

  constructor(view: CodeView) {
    this.#view = view
  }

  find(path: string): number | undefined {
    if (this.#known.has(path)) return this.#known.get(path)
    const found = this.#search(path)
    this.#known.set(path, found)
    return found
  }

  #search(path: string): number | undefined {
    const parts = plainPath(path).split('/')
    const name = parts.at(-1) ?? ''
    const candidates = this.#names().get(name) ?? []
    if (candidates.length > NAMESAKES) return undefined
    let best = 0
    let found: number | undefined
    for (const position of candidates) {
      const likeness = commonParts(parts, plainPath(this.#view.file(position).path).split('/'))
      if (likeness < best) continue
      found = likeness === best ? undefined : position
      best = likeness
    }
    // A name that many files bear needs its folder beside it.
    return best < 20 && COMMON_NAME.test(name) ? undefined : found
  }

  #names(): Map<string, number[]> {
    if (this.#byName !== undefined) return this.#byName
    this.#byName = new Map()
    for (const [position, { path, role }] of this.#view.files.entries()) {
      if (role !== 'implementation' && role !== 'test') continue
      const name = plainPath(path.slice(path.lastIndexOf('/') + 1))
      const list = this.#byName.get(name)
      if (list === undefined) this.#byName.set(name, [position])
      else list.push(position)
    }
    return this.#byName
  }
}

const COMMON_NAME = /^(?:index|__init__|mod|lib|main|types|utils?)$/

function plainPath(path: string): string {
  return path.replace(/\.\w+$/, '')
}

/** The common end counts most, folders anywhere in both break ties. */
function commonParts(a: readonly string[], b: readonly string[]): number {
  let end = 0
  while (end < a.length && end < b.length && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  return end * 10 + b.filter((part) => a.includes(part)).length
}
