import { Parser, type Tree, type TreeCursor } from 'web-tree-sitter'
import { SyntaxLimitError } from './errors.ts'
import { loadGrammar } from './grammar.ts'
import { type Language, languageOf } from './language.ts'
import type { SyntaxNode, SyntaxTree } from './syntax-tree.ts'

export interface ParseOptions {
  /** Longest source, in UTF-16 code units. @default 4_000_000 */
  maxLength?: number
  /** Deepest nesting of the tree, so that a reader may recurse. @default 2_000 */
  maxDepth?: number
  /** Longest time to parse, in milliseconds by the clock. @default 10_000 */
  timeoutMs?: number
  /**
   * Most work of the parser, in reports of its progress: some 15 in a millisecond, 1 to 20 for a thousand characters. Unlike a time it is the same
   * on every machine, a busy or a sleeping one too. @default as much as it takes
   */
  maxSteps?: number
}

/**
 * Parses a source into a plain tree. A source with syntax errors has a tree too, with `hasError` set.
 *
 * @throws {SyntaxLimitError} when it is too long, too deep or takes too long.
 * @throws {GrammarUnavailableError}
 */
export async function parseTree(language: Language, source: string, options: ParseOptions = {}): Promise<SyntaxTree> {
  return withTree(language, source, options, (tree) => {
    const root = plainTree(tree, options.maxDepth ?? 2_000)
    return { language, source, root, hasError: root.hasError }
  })
}

/**
 * Whether a file fails to parse; `undefined` when no grammar is at hand for its name.
 *
 * @throws {SyntaxLimitError}
 */
export async function hasSyntaxErrors(
  path: string,
  content: string,
  options: ParseOptions = {},
): Promise<boolean | undefined> {
  const language = languageOf(path)
  if (language === undefined) return undefined
  return withTree(language, content, options, (tree) => tree.rootNode.hasError)
}

/** The clock is looked at every few milliseconds: at each report it would take a twentieth of the time. */
const STEPS_BETWEEN_LOOKS = 64

/** Parses, hands the tree to `use`, and releases it: a tree lives outside the garbage collector's reach. */
export async function withTree<T>(
  language: Language,
  source: string,
  options: ParseOptions,
  use: (tree: Tree) => T,
): Promise<T> {
  const maxLength = options.maxLength ?? 4_000_000
  const timeoutMs = options.timeoutMs ?? 10_000
  if (source.length > maxLength) throw new SyntaxLimitError('characters', maxLength)
  const grammar = await loadGrammar(language)
  const parser = new Parser()
  try {
    parser.setLanguage(grammar)
    const deadline = performance.now() + timeoutMs
    const maxSteps = options.maxSteps ?? Number.POSITIVE_INFINITY
    let steps = 0
    const tree = parser.parse(source, null, {
      progressCallback: () => ++steps > maxSteps || (steps % STEPS_BETWEEN_LOOKS === 0 && performance.now() > deadline),
    })
    if (tree === null) {
      throw steps > maxSteps ? new SyntaxLimitError('steps', maxSteps) : new SyntaxLimitError('milliseconds', timeoutMs)
    }
    try {
      return use(tree)
    } finally {
      tree.delete()
    }
  } finally {
    parser.delete()
  }
}

interface OpenNode extends SyntaxNode {
  readonly children: SyntaxNode[]
}

/** Copies a tree by a cursor, without recursion: sources nest deeper than the stack. */
function plainTree(tree: Tree, maxDepth: number): SyntaxNode {
  const cursor = tree.walk()
  try {
    const root = copyNode(cursor)
    const open = [root]
    let descended = cursor.gotoFirstChild()
    while (open.length > 0) {
      const parent = open.at(-1)
      if (parent === undefined) break
      if (descended) {
        if (open.length > maxDepth) throw new SyntaxLimitError('levels of nesting', maxDepth)
        const node = copyNode(cursor)
        parent.children.push(node)
        if (cursor.gotoFirstChild()) open.push(node)
        else descended = cursor.gotoNextSibling()
        continue
      }
      open.pop()
      if (open.length === 0) break
      cursor.gotoParent()
      descended = cursor.gotoNextSibling()
    }
    return root
  } finally {
    cursor.delete()
  }
}

function copyNode(cursor: TreeCursor): OpenNode {
  const node = cursor.currentNode
  return {
    type: cursor.nodeType,
    named: cursor.nodeIsNamed,
    field: cursor.currentFieldName,
    start: cursor.startIndex,
    end: cursor.endIndex,
    startLine: cursor.startPosition.row + 1,
    endLine: cursor.endPosition.row + 1,
    isError: node.isError,
    isMissing: cursor.nodeIsMissing,
    hasError: node.hasError,
    children: [],
  }
}
