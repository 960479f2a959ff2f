import type { TreeFile } from './tree-reader.ts'

/** A file at the root of a repository, in the form of a `.gitignore`, that names what no context needs. */
export const CONTEXT_IGNORE = '.contextignore'

/**
 * The files of a tree that are indexed: all but those that its own `.contextignore` names. As committed, or as the overlay has it: never
 * the checkout's.
 */
export async function withoutIgnored(
  files: readonly TreeFile[],
  readText: (rules: TreeFile) => Promise<string>,
): Promise<readonly TreeFile[]> {
  const rules = files.find(({ path }) => path === CONTEXT_IGNORE)
  if (rules === undefined || !rules.mode.startsWith('100')) return files
  const { default: ignore } = await import('ignore')
  const matcher = ignore({ allowRelativePaths: true }).add(await readText(rules))
  return files.filter(({ path }) => path === CONTEXT_IGNORE || !matcher.ignores(path))
}
