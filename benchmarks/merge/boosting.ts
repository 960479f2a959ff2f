import { scoreOf, type Tree } from '../../packages/merge/src/structured/gate.ts'
import { seededRandom } from '../../packages/pipeline/test/support/seeded-random.ts'
import type { Row } from './rows.ts'

export interface BoostingOptions {
  readonly trees: number
  /** Of each tree. */
  readonly leaves: number
  /** How far each tree goes towards what it found. */
  readonly rate: number
  /** Strength of the pull of each leaf towards 0. */
  readonly ridge: number
  /** Fewer rows than this are no leaf. */
  readonly minRows: number
  /** Shares of the features and of the rows that each tree sees. */
  readonly columns: number
  readonly sample: number
  /** Rarer features are left out. */
  readonly minOccurrences: number
}

/** What the trees add up to before the logistic curve. */
export interface Boosted {
  readonly bias: number
  readonly trees: readonly Tree[]
}

const MAX_BINS = 32
/** The seed of the choice of rows and columns: the same rows give the same trees. */
const SEED = 20_261_130

/** Gradient-boosted trees with logistic loss, grown leaf by leaf on histograms, by Newton's steps. */
export function fitTrees(rows: readonly Row[], options: BoostingOptions): Boosted {
  const table = binned(rows, options.minOccurrences)
  const random = seededRandom(SEED)
  const right = rows.reduce((sum, row) => sum + (row.right ? row.weight : 0), 0)
  const all = rows.reduce((sum, row) => sum + row.weight, 0)
  const bias = Math.log((right + 1) / (all - right + 1))
  const score = new Float64Array(rows.length).fill(bias)
  const trees: Tree[] = []
  for (let round = 0; round < options.trees; round++) {
    const slope = new Float64Array(rows.length)
    const bend = new Float64Array(rows.length)
    for (const [at, row] of rows.entries()) {
      const chance = 1 / (1 + Math.exp(-(score[at] ?? 0)))
      slope[at] = row.weight * (chance - (row.right ? 1 : 0))
      bend[at] = row.weight * chance * (1 - chance)
    }
    const seen = [...rows.keys()].filter(() => random() < options.sample)
    const columns = new Set(table.features.keys().filter(() => random() < options.columns))
    const tree = grow(table, seen, columns, slope, bend, options)
    trees.push(tree)
    for (const [at, row] of rows.entries()) score[at] = (score[at] ?? 0) + scoreOf(tree, row.features)
  }
  return { bias, trees }
}

interface Table {
  readonly features: readonly { readonly name: string; readonly edges: readonly number[]; readonly offset: number }[]
  /** Of each row, the features that are not 0 and the places of their bins. */
  readonly columns: readonly Int32Array[]
  readonly bins: readonly Int32Array[]
  readonly size: number
}

/** Each feature's values as bins: values below an edge are in the bin before it. */
function binned(rows: readonly Row[], minOccurrences: number): Table {
  const values = new Map<string, number[]>()
  for (const { features } of rows)
    for (const [name, value] of Object.entries(features)) {
      const known = values.get(name)
      if (known === undefined) values.set(name, [value])
      else known.push(value)
    }
  let offset = 0
  const features = [...values]
    .filter(([, all]) => all.length >= minOccurrences)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, all]) => {
      const edges = edgesOf(all)
      const feature = { name, edges, offset }
      offset += edges.length + 1
      return feature
    })
  const index = new Map(features.map(({ name }, at) => [name, at]))
  const pairs = rows.map((row) =>
    Object.entries(row.features).flatMap(([name, value]) => {
      const at = index.get(name)
      const feature = at === undefined ? undefined : features[at]
      return at === undefined || feature === undefined
        ? []
        : [[at, feature.offset + binOf(feature.edges, value)] as const]
    }),
  )
  return {
    features,
    columns: pairs.map((row) => Int32Array.from(row, ([at]) => at)),
    bins: pairs.map((row) => Int32Array.from(row, ([, bin]) => bin)),
    size: offset,
  }
}

/** Between 0 and the values at even steps through their order. */
function edgesOf(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b)
  const step = Math.max(1, sorted.length / (MAX_BINS - 2))
  const marks = new Set([0])
  for (let at = 0; at < sorted.length; at += step) marks.add(sorted[Math.floor(at)] ?? 0)
  marks.add(sorted.at(-1) ?? 0)
  const ordered = [...marks].sort((a, b) => a - b)
  return ordered.slice(1).map((mark, at) => Number(((mark + (ordered[at] ?? 0)) / 2).toPrecision(3)))
}

function binOf(edges: readonly number[], value: number): number {
  let at = 0
  while (at < edges.length && value >= (edges[at] ?? 0)) at++
  return at
}

interface Leaf {
  readonly rows: readonly number[]
  readonly slope: number
  readonly bend: number
  readonly split: { readonly gain: number; readonly feature: number; readonly bin: number } | undefined
}

interface Fork {
  readonly feature: number
  readonly bin: number
  below: Node
  from: Node
}

type Node = { readonly leaf: Leaf } | Fork

function grow(
  table: Table,
  rows: readonly number[],
  columns: ReadonlySet<number>,
  slope: Float64Array,
  bend: Float64Array,
  options: BoostingOptions,
): Tree {
  const leafOf = (members: readonly number[]): Leaf => {
    let [g, h] = [0, 0]
    for (const row of members) {
      g += slope[row] ?? 0
      h += bend[row] ?? 0
    }
    return { rows: members, slope: g, bend: h, split: bestSplit(table, members, columns, slope, bend, [g, h], options) }
  }
  const root: { node: Node } = { node: { leaf: leafOf(rows) } }
  const open: { leaf: Leaf; replace: (node: Node) => void }[] = []
  const enlist = (node: Node, replace: (node: Node) => void) => {
    if ('leaf' in node && node.leaf.split !== undefined) open.push({ leaf: node.leaf, replace })
  }
  enlist(root.node, (node) => {
    root.node = node
  })
  for (let leaves = 1; leaves < options.leaves && open.length > 0; leaves++) {
    open.sort((a, b) => (b.leaf.split?.gain ?? 0) - (a.leaf.split?.gain ?? 0))
    const best = open.shift()
    const split = best?.leaf.split
    if (best === undefined || split === undefined) break
    const parts: [number[], number[]] = [[], []]
    for (const row of best.leaf.rows) parts[binIn(table, row, split.feature) <= split.bin ? 0 : 1].push(row)
    const node: Fork = {
      feature: split.feature,
      bin: split.bin,
      below: { leaf: leafOf(parts[0]) },
      from: { leaf: leafOf(parts[1]) },
    }
    best.replace(node)
    enlist(node.below, (below) => {
      node.below = below
    })
    enlist(node.from, (from) => {
      node.from = from
    })
  }
  const written = (node: Node): Tree => {
    if ('leaf' in node) return Number(((-options.rate * node.leaf.slope) / (node.leaf.bend + options.ridge)).toFixed(4))
    const feature = table.features[node.feature]
    return [feature?.name ?? '', feature?.edges[node.bin] ?? 0, written(node.below), written(node.from)]
  }
  return written(root.node)
}

/** A row's bin of a feature: that of 0 where the row does not name it. */
function binIn(table: Table, row: number, feature: number): number {
  const { edges = [], offset = 0 } = table.features[feature] ?? {}
  const at = table.columns[row]?.indexOf(feature) ?? -1
  return at < 0 ? binOf(edges, 0) : (table.bins[row]?.[at] ?? 0) - offset
}

function bestSplit(
  table: Table,
  rows: readonly number[],
  columns: ReadonlySet<number>,
  slope: Float64Array,
  bend: Float64Array,
  [g, h]: readonly [number, number],
  { ridge, minRows }: BoostingOptions,
): Leaf['split'] {
  if (rows.length < 2 * minRows) return undefined
  const [slopes, bends, counts] = [
    new Float64Array(table.size),
    new Float64Array(table.size),
    new Float64Array(table.size),
  ]
  for (const row of rows)
    for (const bin of table.bins[row] ?? []) {
      slopes[bin] = (slopes[bin] ?? 0) + (slope[row] ?? 0)
      bends[bin] = (bends[bin] ?? 0) + (bend[row] ?? 0)
      counts[bin] = (counts[bin] ?? 0) + 1
    }
  let best: Leaf['split']
  for (const feature of columns) {
    const { edges = [], offset = 0 } = table.features[feature] ?? {}
    const zero = binOf(edges, 0)
    const sum = (of: Float64Array) => of.subarray(offset, offset + edges.length + 1).reduce((a, b) => a + b, 0)
    const rest = [g - sum(slopes), h - sum(bends), rows.length - sum(counts)] as const
    let [left, leftBend, leftCount] = [0, 0, 0]
    for (let bin = 0; bin < edges.length; bin++) {
      left += (slopes[offset + bin] ?? 0) + (bin === zero ? rest[0] : 0)
      leftBend += (bends[offset + bin] ?? 0) + (bin === zero ? rest[1] : 0)
      leftCount += (counts[offset + bin] ?? 0) + (bin === zero ? rest[2] : 0)
      if (leftCount < minRows || rows.length - leftCount < minRows) continue
      const gain = left ** 2 / (leftBend + ridge) + (g - left) ** 2 / (h - leftBend + ridge) - g ** 2 / (h + ridge)
      if (gain > (best?.gain ?? 1e-9)) best = { gain, feature, bin }
    }
  }
  return best
}
