import { SCORE_UNIT } from '../score.ts'
import type { Candidates } from './candidates.ts'
import { kindOfTitle } from './kind-of-change.ts'

export const taskNames = [
  'saying',
  'titleTerms',
  'identifiers',
  'scopes',
  'kindOfChange',
  'files',
  'commits',
  'firstScore',
  'leadOfFirst',
  'leadOfFive',
  'titleRarity',
] as const

/** What a task and its repository are like; the same for all candidates. */
export function taskEvidence({
  query,
  signals,
  history,
  positions,
  scores,
  measure,
}: Candidates): Record<(typeof taskNames)[number], Float64Array> {
  const all = (value: number) => new Float64Array(positions.length).fill(value)
  const score = (place: number) => (scores[place] ?? 0) * SCORE_UNIT
  let rarity = 0
  for (const [term, weight] of signals.words.title) rarity += weight * (signals.idf.get(term) ?? 0)
  return {
    saying: all(signals.saying),
    titleTerms: all(query.titleTerms.size),
    identifiers: all(query.identifiers.length),
    scopes: all(query.scopes.length),
    kindOfChange: all(kindOfTitle(query.title)),
    files: all(Math.log1p(measure.length)),
    commits: all(Math.log1p(history?.commits.length ?? 0)),
    firstScore: all(score(0)),
    leadOfFirst: all(score(0) - score(1)),
    leadOfFive: all(score(0) - score(4)),
    titleRarity: all(rarity),
  }
}
