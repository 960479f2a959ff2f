import { digestJson } from '@patchlane/kernel'
import { z } from 'zod'
import { type Evidence, evidenceNames } from './evidence/evidence.ts'

/** Looked at as a whole: there are fifty thousand numbers, and a schema of each would take longer than all the trees do. */
const numbers = z.custom<number[]>((list) => Array.isArray(list) && list.every(Number.isFinite))
const integers = z.custom<number[]>((list) => Array.isArray(list) && list.every(Number.isInteger))

/** Parallel lists, a place for each branch; children from 0 on are branches, those below are leaves: -1 the first, -2 the second. */
const treeSchema = z.object({
  /** Which of the model's features a branch looks at. */
  feature: integers,
  /** Up to this, a value goes left. */
  threshold: numbers,
  left: integers,
  right: integers,
  /** Of each leaf. */
  value: numbers,
})

type Tree = z.infer<typeof treeSchema>

const modelSchema = z
  .object({ features: z.array(z.enum(evidenceNames)), trees: z.array(treeSchema) })
  .refine(({ features, trees }) => trees.every((tree) => isWhole(tree, features.length)), {
    error: 'A tree has a branch without an end.',
  })

/** Whether each way down ends in a leaf: branches lead to later branches or to leaves that are there. */
function isWhole({ feature, threshold, left, right, value }: Tree, features: number): boolean {
  const branches = feature.length
  const leads = (children: readonly number[]) =>
    children.length === branches &&
    children.every((child, at) => (child < 0 ? -child <= value.length : child > at && child < branches))
  return (
    value.length > 0 &&
    threshold.length === branches &&
    feature.every((one) => one >= 0 && one < features) &&
    leads(left) &&
    leads(right)
  )
}

/** A sum of regression trees, as gradient boosting makes it (Friedman, 2001): each tree adds the value of the leaf that a file comes to. */
export class TreeModel {
  readonly #model: z.infer<typeof modelSchema>
  #digest: string | undefined

  /** @throws {z.ZodError} for what is no such model. */
  constructor(model: unknown) {
    this.#model = modelSchema.parse(model)
  }

  /** Equal models have equal digests. */
  get digest(): string {
    this.#digest ??= digestJson(this.#model)
    return this.#digest
  }

  /** What the trees say of each file, in the order of the evidence. */
  scores(evidence: Evidence): Float64Array {
    const columns = this.#model.features.map((name) => evidence[name])
    return Float64Array.from(evidence.score, (_, row) => {
      const values = columns.map((column) => column[row] ?? 0)
      let sum = 0
      for (const tree of this.#model.trees) sum += leafOf(tree, values)
      return sum
    })
  }
}

function leafOf({ feature, threshold, left, right, value }: Tree, values: readonly number[]): number {
  let at = feature.length === 0 ? -1 : 0
  while (at >= 0) {
    const goesLeft = (values[feature[at] ?? 0] ?? 0) <= (threshold[at] ?? 0)
    at = (goesLeft ? left[at] : right[at]) ?? -1
  }
  return value[-at - 1] ?? 0
}
