import { wholeTerm } from '../../words.ts'
import type { Candidates } from './candidates.ts'
import { LEADERS, likelihoods } from './company.ts'
import { termsOfName } from './terms-of-name.ts'

export const referenceNames = ['usedByFirst', 'usedByLeaders', 'usesFirst', 'usesLeaders'] as const

/** Names of one file that are looked for. */
const NAMES = 16
/** A name that more of the files define tells nothing. */
const OWNERS = 2
/** A name of one word is any word. */
const WORDS = 2

/** Which of the files use names that the leading ones define, and the other way round: not by what is resolved, but by names of their own. */
export function referenceEvidence({
  view,
  positions,
  scores,
}: Candidates): Record<(typeof referenceNames)[number], Float64Array> {
  const rows = new Map(positions.map((position, row) => [position, row]))
  const defined = positions.map((position) => ownNames(view.details(position).definitions))
  const owners = new Map<string, number>()
  for (const terms of defined) for (const term of terms) owners.set(term, (owners.get(term) ?? 0) + 1)
  const likely = likelihoods(scores.slice(0, LEADERS))
  const empty = () => new Float64Array(positions.length)
  const columns = { usedByFirst: empty(), usedByLeaders: empty(), usesFirst: empty(), usesLeaders: empty() }
  const add = (column: Float64Array, row: number, value: number) => {
    column[row] = (column[row] ?? 0) + value
  }
  for (const [owner, terms] of defined.entries()) {
    const users = new Float64Array(positions.length)
    for (const term of [...terms].filter((term) => (owners.get(term) ?? 0) <= OWNERS).slice(0, NAMES)) {
      view.eachPosting(term, (position) => {
        const row = rows.get(position)
        if (row !== undefined && row !== owner) add(users, row, 1)
      })
    }
    for (const [user, names] of users.entries()) {
      if (names === 0) continue
      const value = Math.log1p(names)
      if (user === 0) columns.usedByFirst[owner] = value
      if (owner === 0) columns.usesFirst[user] = value
      add(columns.usedByLeaders, owner, value * (likely[user] ?? 0))
      add(columns.usesLeaders, user, value * (likely[owner] ?? 0))
    }
  }
  return columns
}

/** The terms of whole names of several words, in the order of their definitions. */
function ownNames(definitions: readonly { name: string }[]): ReadonlySet<string> {
  const own = new Set<string>()
  for (const { name } of definitions) {
    if (termsOfName(name).length >= WORDS) own.add(wholeTerm(name))
  }
  return own
}
