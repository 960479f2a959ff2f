import { wordSequence } from '../../words.ts'
import { nameOf, PathWords } from '../path-words.ts'
import type { Candidates } from './candidates.ts'
import { raritiesOf } from './rarities.ts'
import { termsOfName } from './terms-of-name.ts'

export const titleNames = [
  'titleInName',
  'titleInFolders',
  'titleInDefinitions',
  'titleInBody',
  'titleInFile',
  'nameRarity',
  'definitionRarity',
  'rarestIn',
  'bodyTimes',
  'bestDefinition',
  'wholeDefinition',
  'nameInTitle',
  'nameKnown',
  'derivedInName',
  'derivedInDefinitions',
] as const

/** Where the rarest word of the first line stands, by how much that says. */
const [IN_TEXT, IN_DEFINITION, IN_FOLDER, IN_NAME] = [1, 2, 3, 4]

/** How much of the first line, by the rarity of its words, stands where in a file; and how much of the file's names stands in the first line. */
export function titleEvidence({
  view,
  query,
  signals,
  positions,
}: Candidates): Record<(typeof titleNames)[number], Float64Array> {
  const list = () => new Float64Array(positions.length)
  const [name, folders, definitions, body] = [list(), list(), list(), list()]
  const [file, times, rarestIn] = [list(), list(), list()]
  const rows = new Map(positions.map((position, row) => [position, row]))
  const paths = PathWords.of(view)
  const rarity = raritiesOf(signals.words.title, signals.idf)
  const total = Math.max(1e-9, sum(rarity.values()))
  const [rarest] = [...rarity].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0] ?? []
  for (const [term, value] of rarity) {
    const having = new Set<number>()
    const stands = (row: number, where: number, column?: Float64Array) => {
      having.add(row)
      if (column !== undefined) column[row] = (column[row] ?? 0) + value
      if (term === rarest) rarestIn[row] = Math.max(rarestIn[row] ?? 0, where)
    }
    view.eachPosting(term, (position, posting) => {
      const row = rows.get(position)
      if (row === undefined) return
      stands(row, IN_TEXT, posting.body > 0 ? body : undefined)
      if (posting.definition > 0) stands(row, IN_DEFINITION, definitions)
      times[row] = (times[row] ?? 0) + value * Math.log1p(posting.body)
    })
    for (const [row, position] of positions.entries()) {
      if (paths.nameTerms[position]?.includes(term)) stands(row, IN_NAME, name)
      if (paths.folderTerms[position]?.includes(term)) stands(row, IN_FOLDER, folders)
    }
    for (const row of having) file[row] = (file[row] ?? 0) + value
  }
  const share = (column: Float64Array) => column.map((value) => value / total)
  return {
    titleInName: share(name),
    titleInFolders: share(folders),
    titleInDefinitions: share(definitions),
    titleInBody: share(body),
    titleInFile: share(file),
    nameRarity: name,
    definitionRarity: definitions,
    rarestIn,
    bodyTimes: times,
    ...definitionsNamed({ view, positions }, rarity),
    ...namesIn({ view, positions }, query.titleSequence),
    ...derivedIn({ view, positions }, rarity),
  }
}

/** The definition whose name has most of the first line, and the one all of whose name stands there. */
function definitionsNamed(
  { view, positions }: Pick<Candidates, 'view' | 'positions'>,
  rarity: ReadonlyMap<string, number>,
): Record<'bestDefinition' | 'wholeDefinition', Float64Array> {
  const bestDefinition = new Float64Array(positions.length)
  const wholeDefinition = new Float64Array(positions.length)
  for (const [row, position] of positions.entries()) {
    for (const name of new Set(view.details(position).definitions.map((definition) => definition.name))) {
      const terms = new Set(termsOfName(name))
      const known = [...terms].filter((term) => rarity.has(term))
      if (known.length === 0) continue
      const value = sum(known.map((term) => rarity.get(term) ?? 0))
      const share = known.length / terms.size
      bestDefinition[row] = Math.max(bestDefinition[row] ?? 0, value * share)
      if (share === 1) wholeDefinition[row] = Math.max(wholeDefinition[row] ?? 0, value)
    }
  }
  return { bestDefinition, wholeDefinition }
}

/** Whether the file's name stands in the first line as it is, counted by its words; and how much of it stands anywhere there. */
function namesIn(
  { view, positions }: Pick<Candidates, 'view' | 'positions'>,
  title: readonly string[],
): Record<'nameInTitle' | 'nameKnown', Float64Array> {
  const words = new Set(title)
  const nameInTitle = new Float64Array(positions.length)
  const nameKnown = new Float64Array(positions.length)
  for (const [row, position] of positions.entries()) {
    const name = wordSequence(nameOf(view.file(position).path))
    if (name.length === 0) continue
    nameKnown[row] = name.filter((word) => words.has(word)).length / name.length
    const begins = title.some((_, at) => name.every((word, n) => title[at + n] === word))
    nameInTitle[row] = begins ? name.length : 0
  }
  return { nameInTitle, nameKnown }
}

/** A shorter beginning says nothing of what a word means. */
const SHORTEST_ROOT = 4

/** How much of the first line has only a relative in a file's name, or in its definitions: `validate` and `validator`, `config` and `configuration`. */
function derivedIn(
  { view, positions }: Pick<Candidates, 'view' | 'positions'>,
  rarity: ReadonlyMap<string, number>,
): Record<'derivedInName' | 'derivedInDefinitions', Float64Array> {
  const paths = PathWords.of(view)
  const roots = [...rarity].filter(([term]) => term.length >= SHORTEST_ROOT)
  const relatives = new Map<string, readonly string[]>()
  const relativesOf = (term: string) => {
    let found = relatives.get(term)
    if (found === undefined) {
      found = term.length < SHORTEST_ROOT ? [] : roots.map(([root]) => root).filter((root) => isRelative(root, term))
      relatives.set(term, found)
    }
    return found
  }
  const worth = (terms: ReadonlySet<string>) => {
    const derived = new Set([...terms].flatMap(relativesOf))
    return sum(roots.filter(([root]) => derived.has(root) && !terms.has(root)).map(([, value]) => value))
  }
  const of = (read: (position: number) => Iterable<string>) =>
    Float64Array.from(positions, (position) => worth(new Set(read(position))))
  return {
    derivedInName: of((position) => paths.nameTerms[position] ?? []),
    derivedInDefinitions: of((position) => view.details(position).definitions.flatMap(({ name }) => termsOfName(name))),
  }
}

function isRelative(a: string, b: string): boolean {
  return a !== b && (a.startsWith(b) || b.startsWith(a))
}

function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}
