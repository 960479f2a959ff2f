import { z } from 'zod'
import { folderOf, joinPath } from '../project-files.ts'
import { parseJsonc } from './jsonc.ts'
import type { SourceTree } from './tree.ts'

const tsconfigSchema = z.looseObject({
  extends: z.union([z.string(), z.array(z.string())]).optional(),
  compilerOptions: z
    .looseObject({
      baseUrl: z.string().optional(),
      paths: z.record(z.string(), z.array(z.string())).optional(),
      rootDirs: z.array(z.string()).optional(),
    })
    .optional(),
})

/** Where a compiler configuration sends a module name: pairs of pattern and targets, relative to the top of the tree. */
export interface PathAliases {
  patterns: { pattern: string; targets: string[] }[]
  baseFolders: string[]
}

const NONE: PathAliases = { patterns: [], baseFolders: [] }

/** Reads every tsconfig and jsconfig of a tree, with what they extend inside it. Keyed by folder. */
export async function readPathAliases(tree: SourceTree): Promise<Map<string, PathAliases>> {
  const result = new Map<string, PathAliases>()
  for (const path of tree.files) {
    if (!/(?:^|\/)[tj]sconfig(?:\.[\w.-]+)?\.json$/.test(path)) continue
    const folder = folderOf(path)
    const known = result.get(folder) ?? NONE
    const own = await aliasesOf(tree, path, new Set())
    result.set(folder, {
      patterns: [...known.patterns, ...own.patterns],
      baseFolders: [...known.baseFolders, ...own.baseFolders],
    })
  }
  return result
}

async function aliasesOf(tree: SourceTree, path: string, seen: Set<string>): Promise<PathAliases> {
  if (seen.has(path)) return NONE
  seen.add(path)
  const text = await tree.read(path)
  const config = tsconfigSchema.safeParse(text === undefined ? undefined : parseJsonc(text.text))
  if (!config.success) return NONE
  const folder = folderOf(path)
  const { baseUrl, paths } = config.data.compilerOptions ?? {}
  const base = baseUrl === undefined ? folder : (joinPath(folder, baseUrl) ?? folder)
  const patterns = Object.entries(paths ?? {}).map(([pattern, targets]) => ({
    pattern,
    targets: targets.flatMap((target) => joinPath(base, target) ?? []),
  }))
  const parents = [config.data.extends ?? []].flat().filter((name) => name.startsWith('.'))
  const inherited = await Promise.all(
    parents.flatMap((name) => {
      const parent = joinPath(folder, name.endsWith('.json') ? name : `${name}.json`)
      return parent === undefined ? [] : [aliasesOf(tree, parent, seen)]
    }),
  )
  return {
    patterns: [...patterns, ...inherited.flatMap((aliases) => aliases.patterns)],
    baseFolders: [...(baseUrl === undefined ? [] : [base]), ...inherited.flatMap((aliases) => aliases.baseFolders)],
  }
}
