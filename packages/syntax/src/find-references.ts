import type { Language } from './language.ts'
import { type ParseOptions, withTree } from './parse-tree.ts'

/** One place where a name is used or defined. */
export interface Reference {
  readonly line: number
  /** In UTF-16 code units from the start of the line, counted from 1. */
  readonly column: number
}

/**
 * Where an identifier stands in a source, comments and strings excluded. By name alone: two things of the same name are not
 * told apart.
 *
 * @throws {SyntaxLimitError}
 */
export async function findReferences(
  language: Language,
  source: string,
  name: string,
  options: ParseOptions = {},
): Promise<Reference[]> {
  if (name === '' || !source.includes(name)) return []
  return withTree(language, source, options, (tree) => {
    const found: Reference[] = []
    for (let at = source.indexOf(name); at >= 0; at = source.indexOf(name, at + name.length)) {
      const node = tree.rootNode.descendantForIndex(at, at + name.length)
      // A token that spells exactly the name is an identifier of some kind; in a comment or string the node is longer.
      if (node === null || node.startIndex !== at || node.endIndex !== at + name.length) continue
      if (/comment|string|text|content/.test(node.type)) continue
      found.push({ line: node.startPosition.row + 1, column: node.startPosition.column + 1 })
    }
    return found
  })
}
