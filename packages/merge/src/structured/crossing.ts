import { Counts, wordsOf } from './text.ts'

/** The three versions of a file, or of a part of one. */
export interface ThreeTexts {
  readonly base: string
  readonly ours: string
  readonly theirs: string
}

/**
 * One side takes something out throughout (a rename, another way to quote, a new version) and the other brings new uses of
 * it: taking both would mix old and new. `marks` says what is looked at.
 */
export function crossingProblem(texts: ThreeTexts, marks: (text: string) => string[]): string | undefined {
  const [old, mine, yours] = [texts.base, texts.ours, texts.theirs].map((text) => new Counts(marks(text)))
  if (old === undefined || mine === undefined || yours === undefined) return undefined
  for (const mark of old.keys()) {
    const gone = mine.of(mark) === 0 ? yours : yours.of(mark) === 0 ? mine : undefined
    if (gone !== undefined && gone.of(mark) > old.of(mark)) {
      return `one side removed every ${JSON.stringify(mark)}, the other added some`
    }
  }
  return undefined
}

/** Words long enough to mean something, numbers apart. */
export function namesOf(text: string): string[] {
  return wordsOf(text).filter((word) => word.length > 1 && !/^\d+$/.test(word))
}
