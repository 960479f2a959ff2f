import type { Features } from './feature-set.ts'
import { gateTrees } from './gate-trees.ts'

/** A decision: below the threshold the third part counts, else the fourth. A number is the end of it. */
export type Tree = number | readonly [feature: string, threshold: number, below: Tree, from: Tree]

/** What adds up to the log odds of a proposal. */
export interface GateModel {
  readonly bias: number
  readonly trees: readonly Tree[]
}

/**
 * How likely people are to settle a conflict by this proposal: boosted trees of what they did with the conflicts of public
 * repositories. `benchmarks/merge/fit-gate.ts` fits them and names the repositories.
 */
export function confidenceIn(features: Features, model: GateModel = shipped()): number {
  const sum = model.trees.reduce<number>((all, tree) => all + scoreOf(tree, features), model.bias)
  return 1 / (1 + Math.exp(-sum))
}

/** What a tree says of a proposal. */
export function scoreOf(tree: Tree, features: Features): number {
  let node = tree
  while (typeof node !== 'number') node = (features[node[0]] ?? 0) < node[1] ? node[2] : node[3]
  return node
}

/** People who settle one conflict of a file as we would, mostly settle the others so too: together they are likelier than their product. */
const KINSHIP = 0.6

/** How likely all conflicts of a file are settled as people would, from the likelihood of each. */
export function confidenceInAll(each: readonly number[]): number {
  const product = each.reduce((all, one) => all * one, 1)
  return each.length > 1 ? product ** KINSHIP : product
}

let known: GateModel | undefined

function shipped(): GateModel {
  known ??= { bias: gateTrees.bias, trees: gateTrees.trees.map(readTree) }
  return known
}

/** Reads a tree from one line: `feature<threshold{below|from}`. */
export function readTree(text: string): Tree {
  let at = 0
  const read = (): Tree => {
    const end = /[{|}]|$/g
    end.lastIndex = at
    const stop = end.exec(text)?.index ?? text.length
    const head = text.slice(at, stop)
    at = stop + 1
    if (text[stop] !== '{') return Number(head)
    const below = read()
    const from = read()
    at++
    const [feature = '', threshold] = head.split('<')
    return [feature, Number(threshold), below, from]
  }
  return read()
}

/** A tree as one line. */
export function writeTree(tree: Tree): string {
  if (typeof tree === 'number') return String(tree)
  const [feature, threshold, below, from] = tree
  return `${feature}<${threshold}{${writeTree(below)}|${writeTree(from)}}`
}
