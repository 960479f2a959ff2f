import { folderOf, type ImportResolver, inside, joinPath, type ResolveContext } from './resolve-context.ts'

/** A package or namespace of many files is no edge to each of them. */
const MAX_PACKAGE = 12

/** Go: the module's own packages; an import of a package leads to its files. */
export function goResolver(tree: ResolveContext, paths: readonly string[]): ImportResolver {
  const modules = paths
    .filter((path) => path === 'go.mod' || path.endsWith('/go.mod'))
    .map((path) => ({ folder: folderOf(path), name: /^module\s+(\S+)/m.exec(tree.text(path) ?? '')?.[1] ?? '' }))
    .filter(({ name }) => name !== '')
    .sort((a, b) => b.name.length - a.name.length)
  return (_, { specifier }) => {
    const module = modules.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`))
    if (module === undefined) return []
    const folder = joinPath(module.folder, specifier.slice(module.name.length)) ?? ''
    const files = tree.inFolder(folder).filter((path) => path.endsWith('.go') && !path.endsWith('_test.go'))
    return files.length > MAX_PACKAGE ? [] : files
  }
}

/** Rust: `mod a;`, and `use` of the crate, of its parents and of the workspace's other crates, as far as a path leads to a file. */
export function rustResolver(tree: ResolveContext, paths: readonly string[]): ImportResolver {
  const crates = new Map<string, string>()
  for (const path of paths) {
    if (path !== 'Cargo.toml' && !path.endsWith('/Cargo.toml')) continue
    const name = /\[package\][^[]*?^name\s*=\s*"([^"]+)"/m.exec(tree.text(path) ?? '')?.[1]
    if (name !== undefined) crates.set(name.replaceAll('-', '_'), inside(folderOf(path), 'src'))
  }
  const module = (folder: string, parts: readonly string[]): string | undefined => {
    for (let length = parts.length; length > 0; length--) {
      const base = inside(folder, parts.slice(0, length).join('/'))
      const found = [`${base}.rs`, `${base}/mod.rs`].find((path) => tree.has(path))
      if (found !== undefined) return found
    }
    return [inside(folder, 'lib.rs'), inside(folder, 'main.rs'), inside(folder, 'mod.rs')].find((path) =>
      tree.has(path),
    )
  }
  const one = (path: string | undefined) => (path === undefined ? [] : [path])
  return (from, { specifier, form }) => {
    const own = /\/(?:mod|lib|main)\.rs$|^(?:lib|main)\.rs$/.test(from) ? folderOf(from) : from.replace(/\.rs$/, '')
    if (form === 'child-module')
      return one([inside(own, `${specifier}.rs`), inside(own, `${specifier}/mod.rs`)].find((path) => tree.has(path)))
    const parts = specifier.split('::').filter((part) => part !== '')
    const head = parts.shift()
    if (head === undefined) return []
    if (head === 'crate') {
      const root = /^(.*?\bsrc)\//.exec(from)?.[1] ?? folderOf(from)
      return one(module(root, parts))
    }
    if (head === 'self') return one(module(own, parts))
    if (head === 'super') {
      let folder = folderOf(own)
      while (parts[0] === 'super') {
        parts.shift()
        folder = folderOf(folder)
      }
      return one(module(folder, parts))
    }
    const crate = crates.get(head)
    if (crate !== undefined) return one(module(crate, parts))
    return one([inside(own, `${head}.rs`), inside(own, `${head}/mod.rs`)].find((path) => tree.has(path)))
  }
}

/** Java: a class by the folders its name spells. */
export const javaResolver: ImportResolver = (_, { specifier }, tree) => {
  const parts = specifier.split('.')
  if (parts.at(-1) === '*') {
    const files = tree.inPackage(parts.slice(0, -1).join('.'))
    return files.length > MAX_PACKAGE ? [] : files
  }
  // A static import or an inner class: the class is further up.
  for (let length = parts.length; length > 1; length--) {
    const found = tree.endingWith(`${parts.slice(0, length).join('/')}.java`)
    if (found.length > 0) return found.slice(0, 1)
  }
  return []
}

/** C#: the files of a namespace. */
export const csharpResolver: ImportResolver = (_, { specifier }, tree) => {
  const files = tree.inPackage(specifier)
  return files.length > MAX_PACKAGE ? [] : files
}

/** C and C++: beside the file, then the only header that ends so. */
export const includeResolver: ImportResolver = (from, { specifier, form }, tree) => {
  const beside = form === 'include' ? joinPath(folderOf(from), specifier) : undefined
  if (beside !== undefined && tree.has(beside)) return [beside]
  const found = tree.endingWith(specifier)
  return found.length <= 3 ? found : []
}

/** Ruby: relative, or below a `lib` folder. */
export const rubyResolver: ImportResolver = (from, { specifier, form }, tree) => {
  const name = specifier.endsWith('.rb') ? specifier : `${specifier}.rb`
  const beside = form === 'include' ? joinPath(folderOf(from), name) : undefined
  if (beside !== undefined && tree.has(beside)) return [beside]
  const found = tree.endingWith(`lib/${name}`)
  return found.slice(0, 1)
}

/** PHP: a class by its name and namespace; an include by its path. */
export const phpResolver: ImportResolver = (from, { specifier, form }, tree) => {
  if (form === 'include') {
    const beside = joinPath(folderOf(from), specifier)
    return beside !== undefined && tree.has(beside) ? [beside] : []
  }
  const parts = specifier.split('\\').filter((part) => part !== '')
  const namespace = parts.slice(0, -1).join('\\')
  const name = `${parts.at(-1) ?? ''}.php`
  return tree
    .endingWith(name)
    .filter((path) => tree.packageName(path) === namespace)
    .slice(0, 1)
}
