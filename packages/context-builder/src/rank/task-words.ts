import type { History } from '../history/history.ts'
import type { TaskQuery } from './task-query.ts'

export interface TaskWords {
  /** How much each term of the task counts, the first line twice; less for those that half of all messages have. */
  readonly all: ReadonlyMap<string, number>
  readonly title: ReadonlyMap<string, number>
}

/** A term as rare as this among past messages counts in full. */
const RARE = 3

/**
 * Weighs the terms of a task. What stands in many past messages (the headings of a form, the project's own name) says little about where,
 * however rare it is in the code.
 */
export function taskWords(query: TaskQuery, history: History | undefined): TaskWords {
  const said = history?.commits.length ?? 0
  const weigh = (terms: ReadonlyMap<string, number>) =>
    new Map(
      [...terms].map(([term, times]) => {
        let mentions = 0
        history?.eachMention(term, () => {
          mentions++
        })
        const rarity = Math.log(1 + (said - mentions + 0.5) / (mentions + 0.5))
        return [term, (1 + Math.log(times)) * (said === 0 ? 1 : Math.min(1, rarity / RARE))]
      }),
    )
  return { all: weigh(query.terms), title: weigh(query.titleTerms) }
}
