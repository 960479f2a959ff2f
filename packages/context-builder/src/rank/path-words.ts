import type { CodeView } from '../code-view.ts'
import { termsOf, wordPattern } from '../words.ts'

/** The words of every path in a view, made once for it. */
export class PathWords {
  /** Files by a term of their name, without extension. */
  readonly names = new Map<string, number[]>()
  /** Files by a term of a folder they stand in. */
  readonly folders = new Map<string, number[]>()
  /** The terms of what each file is called. */
  readonly nameTerms: readonly (readonly string[])[]
  readonly folderTerms: readonly (readonly string[])[]

  static #cache = new WeakMap<CodeView, PathWords>()

  static of(view: CodeView): PathWords {
    let words = PathWords.#cache.get(view)
    if (words === undefined) {
      words = new PathWords(view)
      PathWords.#cache.set(view, words)
    }
    return words
  }

  private constructor(view: CodeView) {
    const split = new Map<string, readonly string[]>()
    const termsIn = (text: string): readonly string[] => {
      let terms = split.get(text)
      if (terms === undefined) {
        terms = [...new Set((text.match(wordPattern(text)) ?? []).flatMap(termsOf))]
        split.set(text, terms)
      }
      return terms
    }
    const nameTerms: (readonly string[])[] = []
    const folderTerms: (readonly string[])[] = []
    for (const [position, { path }] of view.files.entries()) {
      const own = termsIn(nameOf(path))
      const above = [...new Set(path.split('/').slice(0, -1).flatMap(termsIn))]
      nameTerms.push(own)
      folderTerms.push(above)
      for (const term of own) push(this.names, term, position)
      for (const term of above) push(this.folders, term, position)
    }
    this.nameTerms = nameTerms
    this.folderTerms = folderTerms
  }

  /** Files with a term in their paths; one that has it in both name and folders comes twice. */
  *having(term: string): Iterable<number> {
    yield* this.names.get(term) ?? []
    yield* this.folders.get(term) ?? []
  }
}

/** A file that stands for its folder: what it is called says nothing. */
export const ENTRY_STEM = /^(?:index|__init__|mod|lib|main)$/

/** The name of a file without extensions, nor the dots that hide it. */
export function stemOf(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/^\.*/, '')
    .replace(/\..*$/, '')
}

/** What a file is called, without extension; for one that stands for its folder, the folder's name. */
export function nameOf(path: string): string {
  const stem = stemOf(path)
  return ENTRY_STEM.test(stem) ? (path.split('/').at(-2) ?? stem) : stem
}

function push(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
