import fittedTrees from './fitted-trees.json' with { type: 'json' }
import { TreeModel } from './tree-model.ts'

let model: TreeModel | undefined

/** The trees that `benchmarks/recall/fit_trees.py` made; docs/figures/recall.md says of what. Read when they are first needed. */
export function defaultTrees(): TreeModel {
  model ??= new TreeModel(fittedTrees)
  return model
}
