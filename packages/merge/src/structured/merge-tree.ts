import { languageOf, parseTree, type SyntaxNode } from '@patchlane/syntax'
import { pairAlike } from './align.ts'
import type { Order } from './choice.ts'
import { type Edit, editsBetween, weave } from './diff3.ts'
import type { Rule, Versions } from './hunk.ts'
import { likeness } from './text.ts'

/** A longer file is not merged by its trees: parsing it thrice would take too much of the deadline. */
const MAX_LENGTH = 100_000

/** A whole file as merged on its trees. */
export interface TreeMerge {
  readonly text: string
  readonly rules: ReadonlySet<Rule>
}

/**
 * Merges three versions node by node: a node that one side left alone is the other's; a node that both changed is merged by its
 * children, paired by what they say and what they are called; children that both added at one place are both taken where the
 * order of the children is free. White space goes with the node behind it. In the manner of JDime and Spork (Leßenich et al.
 * 2012, Larsén et al. 2022), with ordered pairing only. `undefined` where a version does not parse or two changes meet.
 */
export async function mergeTrees(versions: Versions): Promise<((order: Order) => TreeMerge | undefined) | undefined> {
  const language = languageOf(versions.path)
  const texts = [versions.base, versions.ours, versions.theirs]
  if (language === undefined || texts.some((text) => text.length > MAX_LENGTH || text.trim() === '')) return undefined
  const trees = await Promise.all(texts.map((text) => parseTree(language, text)))
  const [base, ours, theirs] = trees
  if (base === undefined || ours === undefined || theirs === undefined || trees.some((tree) => tree.hasError))
    return undefined
  const whole = (tree: typeof base): Part => ({ node: tree.root, source: tree.source, from: 0 })
  return (order) => new TreeMerger(order).merge(whole(base), whole(ours), whole(theirs))
}

/** A node of one version, with the white space before it. */
interface Part {
  readonly node: SyntaxNode
  readonly source: string
  /** Where the white space before the node begins. */
  readonly from: number
}

/** Two changes met. */
class Meeting extends Error {}

class TreeMerger {
  readonly #order: Order
  readonly #rules = new Set<Rule>(['tree'])

  constructor(order: Order) {
    this.#order = order
  }

  merge(base: Part, ours: Part, theirs: Part): TreeMerge | undefined {
    try {
      const text = this.#space(base, ours, theirs) + this.#node(base, ours, theirs)
      // The root may end before the file does.
      const rests = mapThree([base, ours, theirs], ({ node, source }) => source.slice(node.end))
      return { text: text + (threeWay(...rests) ?? rests[1]), rules: this.#rules }
    } catch (thrown) {
      if (thrown instanceof Meeting) return undefined
      throw thrown
    }
  }

  #node(base: Part, ours: Part, theirs: Part): string {
    const settled = threeWay(...mapThree([base, ours, theirs], textOf))
    if (settled !== undefined) return settled
    const parts = mapThree([base, ours, theirs], childrenOf)
    const sameType = base.node.type === ours.node.type && base.node.type === theirs.node.type
    if (!sameType || parts.some((children) => children.length === 0)) throw new Meeting()
    return this.#children(base.node, ...parts) + this.#end(base, ours, theirs)
  }

  #children(parent: SyntaxNode, base: readonly Part[], ours: readonly Part[], theirs: readonly Part[]): string {
    const [left, right] = [pairsOf(base, ours), pairsOf(base, theirs)]
    let text = ''
    for (const chunk of weave({ base, ours, theirs }, editsOf(left, base, ours), editsOf(right, base, theirs))) {
      if (chunk.kind === 'same') {
        for (const part of chunk.base) {
          const [mine, yours] = [left.get(part), right.get(part)]
          if (mine === undefined || yours === undefined) throw new Meeting()
          text += this.#space(part, mine, yours) + this.#node(part, mine, yours)
        }
      } else if (chunk.kind === 'conflict') text += this.#both(parent, chunk)
      else {
        // What this side replaced, the other must have left as it was, but for the white space before it.
        const [after, other] = chunk.kind === 'ours' ? [chunk.ours, right] : [chunk.theirs, left]
        if (chunk.base.some((part) => textOf(part) !== textOf(other.get(part) ?? part))) throw new Meeting()
        for (const [index, part] of after.entries()) {
          const old = after.length === chunk.base.length ? chunk.base[index] : undefined
          const kept = old && other.get(old)
          text += old && kept ? this.#space(old, part, kept) + textOf(part) : withSpace(part)
        }
      }
    }
    return text
  }

  /** Both sides added children at one place. */
  #both(
    parent: SyntaxNode,
    { ours, base, theirs }: { ours: readonly Part[]; base: readonly Part[]; theirs: readonly Part[] },
  ): string {
    const [mine, yours] = [ours, theirs].map((parts) => parts.map(withSpace).join(''))
    if (mine === undefined || yours === undefined || (base.length > 0 && mine !== yours)) throw new Meeting()
    if (mine === yours) return mine
    const free = [...ours, ...theirs].every(({ node }) => !node.named || isFree(parent, node))
    if (!free) throw new Meeting()
    this.#rules.add('members')
    return this.#order === 'ours-first' ? mine + yours : yours + mine
  }

  /** White space behind the last child, which some grammars count in. */
  #end(base: Part, ours: Part, theirs: Part): string {
    const ends = mapThree([base, ours, theirs], ({ node, source }) =>
      source.slice(node.children.at(-1)?.end ?? node.end, node.end),
    )
    return threeWay(...ends) ?? ends[1]
  }

  #space(base: Part, ours: Part, theirs: Part): string {
    return threeWay(...mapThree([base, ours, theirs], spaceOf)) ?? spaceOf(ours)
  }
}

/** Lists whose members may stand in any order, by the grammars' names for them. */
const FREE_PARENTS: ReadonlySet<string> = new Set([
  'named_imports',
  'export_clause',
  'import_from_statement',
  'object',
  'object_type',
  'object_pattern',
  'interface_body',
  'class_body',
  'enum_body',
  'array',
  'list',
  'set',
  'dictionary',
  'union_type',
  'block_mapping',
  'flow_mapping',
  'block_sequence',
  'table',
  'document',
  'keyword_argument_list',
  'decorated_definition',
])
/** Statements that may stand in any order beside their like. */
const FREE_STATEMENTS =
  /^(?:import|future_import|export_statement|function_d|class_d|abstract_class|interface_d|type_alias|enum_d|decorated_d|method_d|comment|pair|table|expression_statement$)/

function isFree(parent: SyntaxNode, node: SyntaxNode): boolean {
  if (FREE_PARENTS.has(parent.type)) return true
  const holdsStatements = /^(?:program|module|block|statement_block|source_file)$/.test(parent.type)
  return holdsStatements && FREE_STATEMENTS.test(node.type) && node.type !== 'expression_statement'
}

/** The side that changed; `undefined` where both did, each in its way. */
function threeWay(base: string, ours: string, theirs: string): string | undefined {
  if (ours === theirs || theirs === base) return ours
  return ours === base ? theirs : undefined
}

function mapThree<T, U>([base, ours, theirs]: readonly [T, T, T], change: (item: T) => U): [U, U, U] {
  return [change(base), change(ours), change(theirs)]
}

function childrenOf({ node, source }: Part): Part[] {
  let from = node.start
  return node.children.map((child) => {
    const part = { node: child, source, from }
    from = child.end
    return part
  })
}

function textOf({ node, source }: Part): string {
  return source.slice(node.start, node.end)
}

function spaceOf({ node, source, from }: Part): string {
  return source.slice(from, node.start)
}

function withSpace({ node, source, from }: Part): string {
  return source.slice(from, node.end)
}

/** Which child of the side each child of the base has become, in order: equal ones first, then like ones between them. */
function pairsOf(base: readonly Part[], side: readonly Part[]): Map<Part, Part> {
  const edits = editsBetween(base.map(textOf), side.map(textOf))
  if (edits === undefined) throw new Meeting()
  const pairs = new Map<Part, Part>()
  const pair = (a: Part | undefined, b: Part | undefined) => {
    if (a !== undefined && b !== undefined) pairs.set(a, b)
  }
  let [at, there] = [0, 0]
  for (const { start, end, from, to } of [
    ...edits,
    { start: base.length, end: base.length, from: side.length, to: side.length },
  ]) {
    while (at < start) pair(base[at++], side[there++])
    for (const [i, j] of pairAlike(base.slice(start, end), side.slice(from, to), kinship))
      pair(base[start + i], side[from + j])
    at = end
    there = to
  }
  return pairs
}

/** How surely one node is the other, changed: by type, then by name, else by words. */
function kinship(a: Part, b: Part): number {
  if (a.node.type !== b.node.type || !a.node.named) return 0
  const [mine, yours] = [nameOf(a), nameOf(b)]
  if (mine !== undefined && mine === yours) return 1
  if (a.node.field !== null && a.node.field === b.node.field) return 1
  return likeness(textOf(a), textOf(b))
}

function nameOf({ node, source }: Part): string | undefined {
  const named = node.children.find(({ field }) => field === 'name' || field === 'key' || field === 'source')
  return named === undefined ? undefined : source.slice(named.start, named.end)
}

/** What the pairs leave unpaired, as edits. */
function editsOf(pairs: ReadonlyMap<Part, Part>, base: readonly Part[], side: readonly Part[]): Edit[] {
  const place = new Map(side.map((part, index) => [part, index]))
  const edits: Edit[] = []
  let [start, from] = [0, 0]
  const close = (end: number, to: number) => {
    if (end > start || to > from) edits.push({ start, end, from, to })
  }
  for (const [index, part] of base.entries()) {
    const partner = pairs.get(part)
    if (partner === undefined) continue
    const to = place.get(partner) ?? from
    close(index, to)
    start = index + 1
    from = to + 1
  }
  close(base.length, side.length)
  return edits
}
