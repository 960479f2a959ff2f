import type { Signals } from './signals.ts'

/**
 * What the score adds up, each 0 to 1 for each file.
 *
 * Where the parts come from: words by field, BM25F (Robertson, Zaragoza, Taylor, 2004); names of definitions apart from the text, BLUiR (Saha and
 * others, 2013); votes of similar past changes, BugLocator (Zhou, Zhang, Lo, 2012); what changed in the last few commits, AmaLgam (Wang, Lo, 2014).
 * Folders, phrases, scopes and what was said of a file are our own. The more a task says, the more its words count, and the less what changed
 * lately (`lexicalOfLong`, `latelyOfShort`). Which of them count was decided on the repositories of `fitted-weights.ts`.
 */
export const featureNames = [
  'lexical',
  'title',
  'chunk',
  'defines',
  'uses',
  'definitions',
  'baseName',
  'folders',
  'phrase',
  'module',
  'similar',
  'told',
  'toldLately',
  'lately',
  'lexicalOfLong',
  'latelyOfShort',
  'scopeFolder',
  'scopeWords',
  'package',
] as const
export type FeatureName = (typeof featureNames)[number]

/** Matters of fact: half a name stays half when no file bears the whole. */
const facts = new Set<FeatureName>(['baseName', 'phrase', 'module'])
/** A place says which of the files that match are meant, not that all in it match: it counts as much as the file's words do. */
const places = new Set<FeatureName>(['scopeFolder', 'scopeWords', 'package'])

/** A file that is not among those it is measured by counts no more than twice as much as the best of them. */
const MOST = 2

/**
 * The features of some files, in their order. Signals without a natural scale are divided by their largest value among the files they are measured
 * by, so that a weight means the same in every repository.
 *
 * @param measure Files that the others are compared with. @default the files themselves
 */
export function featuresOf(
  signals: Signals,
  positions: readonly number[],
  measure: readonly number[] = positions,
): Record<FeatureName, Float64Array> {
  const scaled = (signal: Float64Array) => scaledBy(signal, positions, measure)
  const lexical = scaled(signals.lexical)
  const lately = scaled(signals.lately)
  const feature = (name: keyof Signals & FeatureName): Float64Array => {
    if (facts.has(name)) return Float64Array.from(positions, (at) => signals[name][at] ?? 0)
    if (places.has(name)) return lexical.map((value, n) => value * (signals[name][positions[n] ?? 0] ?? 0))
    return scaled(signals[name])
  }
  return {
    lexical,
    title: feature('title'),
    chunk: feature('chunk'),
    defines: feature('defines'),
    uses: feature('uses'),
    definitions: feature('definitions'),
    baseName: feature('baseName'),
    folders: feature('folders'),
    phrase: feature('phrase'),
    module: feature('module'),
    similar: feature('similar'),
    told: feature('told'),
    toldLately: feature('toldLately'),
    lately,
    lexicalOfLong: lexical.map((value) => value * signals.saying),
    latelyOfShort: lately.map((value) => value * (1 - signals.saying)),
    scopeFolder: feature('scopeFolder'),
    scopeWords: feature('scopeWords'),
    package: feature('package'),
  }
}

function scaledBy(signal: Float64Array, positions: readonly number[], measure: readonly number[]): Float64Array {
  let most = 0
  for (const at of measure) most = Math.max(most, signal[at] ?? 0)
  return Float64Array.from(positions, (at) => (most === 0 ? 0 : Math.min(MOST, (signal[at] ?? 0) / most)))
}
