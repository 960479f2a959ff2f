import { featureNames, featuresOf } from '../features.ts'
import { SCORE_UNIT } from '../score.ts'
import type { Signals } from '../signals.ts'
import type { Candidates } from './candidates.ts'
import { companyEvidence, companyNames } from './company-evidence.ts'
import { fileEvidence, fileNames } from './file-evidence.ts'
import { pastEvidence, pastNames } from './past-evidence.ts'
import { referenceEvidence, referenceNames } from './reference-evidence.ts'
import { taskEvidence, taskNames } from './task-evidence.ts'
import { testEvidence, testNames } from './test-evidence.ts'
import { textEvidence, textNames } from './text-evidence.ts'
import { titleEvidence, titleNames } from './title-evidence.ts'

const standingNames = ['score', 'place', 'behindFirst', 'behindPrevious', 'aheadOfNext', 'aheadOfSixth'] as const
const placeNames = [
  'placeByLexical',
  'placeByTitle',
  'placeByChunk',
  'placeByDefinitions',
  'placeBySimilar',
  'placeByTold',
  'placeByToldLately',
] as const
const signalNames = [
  'rawLexical',
  'rawTitle',
  'rawChunk',
  'rawDefines',
  'rawUses',
  'rawSimilar',
  'rawTold',
  'rawToldLately',
] as const

/** What is looked at when the files that lead are told apart: more than the score adds up, since a tree can say when each of it counts. */
export const evidenceNames = [
  ...featureNames,
  ...standingNames,
  ...placeNames,
  ...signalNames,
  ...fileNames,
  ...pastNames,
  ...companyNames,
  ...referenceNames,
  ...titleNames,
  ...testNames,
  ...textNames,
  ...taskNames,
] as const
export type EvidenceName = (typeof evidenceNames)[number]
/** A number for each candidate, in their order. */
export type Evidence = Readonly<Record<EvidenceName, Float64Array>>

/** Numbers are kept to this, so that the last bit of a logarithm cannot lead down another branch. */
const UNIT = 1e-4

export function evidenceOf(candidates: Candidates): Evidence {
  const { signals, positions, measure } = candidates
  const evidence = {
    ...featuresOf(signals, positions, measure),
    ...standing(candidates),
    ...places(candidates),
    ...rawSignals(signals, positions),
    ...fileEvidence(candidates),
    ...pastEvidence(candidates),
    ...companyEvidence(candidates),
    ...referenceEvidence(candidates),
    ...titleEvidence(candidates),
    ...testEvidence(candidates),
    ...textEvidence(candidates),
    ...taskEvidence(candidates),
  }
  for (const name of evidenceNames) {
    const column = evidence[name]
    for (const [at, value] of column.entries()) column[at] = Math.fround(Math.round(value / UNIT) * UNIT)
  }
  return evidence
}

function standing({ positions, scores }: Candidates): Record<(typeof standingNames)[number], Float64Array> {
  const score = Float64Array.from(positions, (_, n) => (scores[n] ?? 0) * SCORE_UNIT)
  return {
    score,
    place: Float64Array.from(positions, (_, n) => Math.log1p(n)),
    behindFirst: score.map((value) => (score[0] ?? 0) - value),
    behindPrevious: score.map((value, n) => (score[n - 1] ?? value) - value),
    aheadOfNext: score.map((value, n) => value - (score[n + 1] ?? value)),
    aheadOfSixth: score.map((value) => value - (score[5] ?? 0)),
  }
}

/** Where each candidate would stand among them by one signal alone. */
function places({ signals, positions }: Candidates): Record<(typeof placeNames)[number], Float64Array> {
  const by = (signal: Float64Array) => {
    const place = new Float64Array(positions.length)
    const value = (row: number) => signal[positions[row] ?? 0] ?? 0
    const order = [...positions.keys()].sort((a, b) => value(b) - value(a) || a - b)
    for (const [n, row] of order.entries()) place[row] = Math.log1p(n)
    return place
  }
  return {
    placeByLexical: by(signals.lexical),
    placeByTitle: by(signals.title),
    placeByChunk: by(signals.chunk),
    placeByDefinitions: by(signals.definitions),
    placeBySimilar: by(signals.similar),
    placeByTold: by(signals.told),
    placeByToldLately: by(signals.toldLately),
  }
}

function rawSignals(
  signals: Signals,
  positions: readonly number[],
): Record<(typeof signalNames)[number], Float64Array> {
  const of = (signal: Float64Array) => Float64Array.from(positions, (at) => signal[at] ?? 0)
  return {
    rawLexical: of(signals.lexical),
    rawTitle: of(signals.title),
    rawChunk: of(signals.chunk),
    rawDefines: of(signals.defines),
    rawUses: of(signals.uses),
    rawSimilar: of(signals.similar).map((value) => Math.log1p(value)),
    rawTold: of(signals.told),
    rawToldLately: of(signals.toldLately),
  }
}
