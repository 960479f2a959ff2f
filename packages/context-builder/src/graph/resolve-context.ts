/** What import resolvers ask of a tree. */
export interface ResolveContext {
  has(path: string): boolean
  /** Files that end in `/suffix`, or are it. In the order of their paths. */
  endingWith(suffix: string): readonly string[]
  /** Files directly in a folder; `''` is the root. */
  inFolder(folder: string): readonly string[]
  /** The text of a small configuration file; undefined where there is none. */
  text(path: string): string | undefined
  /** The package or namespace a file declares. */
  packageName(path: string): string | null
  /** Files that declare a package or namespace. */
  inPackage(name: string): readonly string[]
}

export interface ImportToResolve {
  specifier: string
  form: 'module' | 'require' | 'include' | 'system-include' | 'child-module'
  names: readonly string[]
}

/** The files that an import of `from` leads to; none for what lies outside the tree. */
export type ImportResolver = (from: string, reference: ImportToResolve, tree: ResolveContext) => readonly string[]

export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

/** Joins and normalises; undefined when it leads out of the tree. */
export function joinPath(folder: string, relative: string): string | undefined {
  const parts = folder === '' ? [] : folder.split('/')
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (parts.length === 0) return undefined
      parts.pop()
    } else parts.push(part)
  }
  return parts.join('/')
}

/** The folders from a file's own up to the root. */
export function* foldersAbove(path: string): Generator<string> {
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    yield folder
    if (folder === '') return
  }
}

export function inside(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
