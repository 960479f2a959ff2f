import { folderOf, type ImportResolver, inside, type ResolveContext } from './resolve-context.ts'

/** Python: relative imports, and packages from every folder that a package stands in (`src`, the root, `lib/python`). */
export function pythonResolver(tree: ResolveContext, paths: readonly string[]): ImportResolver {
  const packages = new Set(paths.filter((path) => path.endsWith('/__init__.py')).map(folderOf))
  const roots = new Set<string>(['', 'src', 'lib'])
  for (const folder of packages) if (!packages.has(folderOf(folder))) roots.add(folderOf(folder))
  const ordered = [...roots].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))

  const module = (root: string, parts: readonly string[]): string | undefined => {
    const base = parts.length === 0 ? root : inside(root, parts.join('/'))
    return [`${base}.py`, inside(base, '__init__.py'), `${base}.pyi`].find((path) => tree.has(path))
  }
  /** The module itself and those of its parts that are modules. */
  const withNames = (root: string, parts: readonly string[], names: readonly string[]): string[] => {
    const children = names.map((name) => module(root, [...parts, name])).filter((path) => path !== undefined)
    const own = module(root, parts)
    const all =
      children.length > 0 && children.length === names.length
        ? children
        : [...children, ...(own === undefined ? [] : [own])]
    return all
  }

  return (from, { specifier, names }) => {
    const dots = /^\.*/.exec(specifier)?.[0].length ?? 0
    const parts = specifier
      .slice(dots)
      .split('.')
      .filter((part) => part !== '')
    if (dots > 0) {
      let root = folderOf(from)
      for (let n = 1; n < dots; n++) root = folderOf(root)
      return withNames(root, parts, names)
    }
    for (const root of [...ordered, folderOf(from)]) {
      const found = withNames(root, parts, names)
      if (found.length > 0) return found
      // `import a.b.c` where c is an attribute, not a module.
      const parent = parts.length > 1 ? module(root, parts.slice(0, -1)) : undefined
      if (parent !== undefined) return [parent]
    }
    return []
  }
}
