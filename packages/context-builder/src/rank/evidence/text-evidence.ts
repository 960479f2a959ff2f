import { lowerBound } from '../../lower-bound.ts'
import { termsOf } from '../../words.ts'
import type { Candidates } from './candidates.ts'
import { SearchedText } from './searched-text.ts'
import { type LineTerms, type TaskFound, TaskInText } from './task-in-text.ts'

export const textNames = [
  'pairsInText',
  'phraseInText',
  'otherPairsInText',
  'bestLiteral',
  'quotedInText',
  'titleAtTop',
  'bestLine',
  'bestLines',
  'bestFunction',
  'bestFunctionOfTask',
  'bestNamedFunction',
  'memberOfTitle',
  'bestNameOfTitle',
  'namesOfTitle',
  'rarestNameOfTitle',
  'wordsAsWritten',
  'rarestAsWritten',
  'identifiersAsWritten',
  'identifiersDeclared',
] as const

/** Lines in which a file says what it is. */
const TOP = 30
/** Lines that are read as one place. */
const NEAR = 3
/** A longer definition is a part of the program, not a place in it. */
const LONGEST_FUNCTION = 400
/** A definition up to this long, in lines, counts in full. */
const SHORT_FUNCTION = 10
const LENGTH_NORM = 0.3

/**
 * What the index cannot tell, since it keeps words without their places: which words of the task stand side by side, as they are written, in one line, one
 * literal, one function; and which names a file gives a meaning that are no definitions for the index, such as members and keys.
 */
export function textEvidence({
  view,
  query,
  signals,
  positions,
  texts,
}: Candidates): Record<(typeof textNames)[number], Float64Array> {
  const task = new TaskInText(query, signals)
  const files = positions.map((position) => {
    const source = texts?.of(position)
    if (source === undefined) return undefined
    const text = new SearchedText(source)
    const found = task.findIn(text)
    const { definitions } = view.details(position)
    const quoted = query.quoted.filter((one) => text.includes(one))
    const identifiers = task.identifiers.map((word) => [word, text.placeOf(word)] as const).filter(([, at]) => at >= 0)
    const declared = identifiers.filter(([word, at]) => text.isDeclared(at, word.length))
    return {
      found,
      quoted: quoted.reduce((sum, one) => sum + Math.log(one.length), 0),
      lines: ofLines(found.lines, task),
      functions: ofFunctions(found.lines, definitions, task),
      identifiers: identifiers.map(([word]) => word),
      declared: declared.length,
    }
  })
  const of = (read: (file: NonNullable<(typeof files)[number]>) => number) =>
    Float64Array.from(files, (file) => (file === undefined ? 0 : read(file)))
  const names = rarenessOf(files.map((file) => [...(file?.found.names.keys() ?? [])]))
  const written = rarenessOf(files.map((file) => file?.found.written ?? []))
  const identifiers = rarenessOf(files.map((file) => file?.identifiers ?? []))
  const worthOf = ({ names }: TaskFound) => [...names.values()].map(({ worth }) => worth)
  return {
    pairsInText: of(({ found }) => found.pairs),
    phraseInText: of(({ found }) => found.phrase),
    otherPairsInText: of(({ found }) => found.otherPairs),
    bestLiteral: of(({ found }) => found.literal),
    quotedInText: of(({ quoted }) => quoted),
    titleAtTop: of(({ lines }) => lines.top),
    bestLine: of(({ lines }) => lines.one),
    bestLines: of(({ lines }) => lines.near),
    bestFunction: of(({ functions }) => functions.title),
    bestFunctionOfTask: of(({ functions }) => functions.task),
    bestNamedFunction: of(({ functions }) => functions.named),
    memberOfTitle: of(({ found }) =>
      most([...found.names.values()].map(({ worth, declared }) => (declared ? worth : 0))),
    ),
    bestNameOfTitle: of(({ found }) => most(worthOf(found))),
    namesOfTitle: of(({ found }) => found.names.size),
    rarestNameOfTitle: of(({ found }) =>
      most([...found.names].map(([name, { worth }]) => worth * (names.get(name) ?? 0))),
    ),
    wordsAsWritten: of(({ found }) => sum(found.written.map((word) => written.get(word) ?? 0))),
    rarestAsWritten: of(({ found }) => most(found.written.map((word) => written.get(word) ?? 0))),
    identifiersAsWritten: of((file) => sum(file.identifiers.map((word) => identifiers.get(word) ?? 0))),
    identifiersDeclared: of(({ declared }) => declared),
  }
}

/** How much of the first line stands in the best line, in lines that follow each other, and where the file begins. */
function ofLines(lines: readonly LineTerms[], { title }: TaskInText): { one: number; near: number; top: number } {
  let [one, near, top] = [0, 0, 0]
  for (const [at, { line, title: bits }] of lines.entries()) {
    one = Math.max(one, title.share(bits))
    let around = bits
    for (let next = at + 1; next < lines.length && (lines[next]?.line ?? 0) < line + NEAR; next++)
      around |= lines[next]?.title ?? 0
    near = Math.max(near, title.share(around))
    if (line < TOP) top |= bits
  }
  return { one, near, top: title.share(top) }
}

interface Span {
  name: string
  kind: string
  startLine: number
  endLine: number
}

/** How much of the first line, and of the whole task, the best definition has; its name counts once more for the named one. */
function ofFunctions(
  lines: readonly LineTerms[],
  definitions: readonly Span[],
  { title, rest }: TaskInText,
): { title: number; task: number; named: number } {
  const best = { title: 0, task: 0, named: 0 }
  const all = Math.max(Number.MIN_VALUE, title.total + rest.total)
  for (const { name, kind, startLine, endLine } of definitions) {
    if (kind === 'class' || endLine - startLine > LONGEST_FUNCTION) continue
    let [inTitle, inRest] = [0, 0]
    const first = lowerBound(lines.length, (at) => (lines[at]?.line ?? 0) < startLine - 1)
    for (let at = first; (lines[at]?.line ?? endLine) < endLine; at++) {
      inTitle |= lines[at]?.title ?? 0
      inRest |= lines[at]?.rest ?? 0
    }
    if (inTitle === 0 && inRest === 0) continue
    const norm = 1 / (1 + LENGTH_NORM * Math.log(Math.max(1, (endLine - startLine + 1) / SHORT_FUNCTION)))
    const share = title.share(inTitle)
    const inName = title.share(title.bitsOf(termsOf(name)))
    best.title = Math.max(best.title, share * norm)
    best.task = Math.max(best.task, ((title.worth(inTitle) + rest.worth(inRest)) / all) * norm)
    if (inName > 0) best.named = Math.max(best.named, (inName + share) * norm)
  }
  return best
}

/** How few of the files have each word. */
function rarenessOf(files: readonly (readonly string[])[]): Map<string, number> {
  const having = new Map<string, number>()
  for (const words of files) for (const word of words) having.set(word, (having.get(word) ?? 0) + 1)
  return new Map([...having].map(([word, count]) => [word, Math.log(1 + files.length / count)]))
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0)
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}
