import { stem, termsOf, wordPattern, wordSequence } from '../words.ts'

/** A task, read for what can be searched. */
export interface TaskQuery {
  /** Its first line, as it stands. */
  readonly title: string
  /** Terms with how much each counts, in the order of their first appearance. */
  readonly terms: ReadonlyMap<string, number>
  /** How many words the task has, from three letters on, each as often as it comes. */
  readonly words: number
  /** The terms of the first line alone: what it is about, where the rest tells how. */
  readonly titleTerms: ReadonlyMap<string, number>
  /** The words of the first line as they follow each other, also those that say nothing by themselves. */
  readonly titleSequence: readonly string[]
  /** Terms that stand side by side in the first line, each pair once. */
  readonly titlePairs: readonly (readonly [string, string])[]
  /** The same of the other lines. */
  readonly otherPairs: readonly (readonly [string, string])[]
  /** The terms of identifiers written as such: `camelCase`, `snake_case`, in backticks, called, dotted. */
  readonly identifiers: readonly string[]
  /** The words of the task as they are written, each once. */
  readonly written: readonly string[]
  /** What stands in quotes or backticks and is more than one word, as it is written. */
  readonly quoted: readonly string[]
  /** Paths or parts of them, from the text and from stack traces: with folders, or a file name with its extension. */
  readonly paths: readonly string[]
  /** Dotted names that may be modules: `django.db.models`. */
  readonly modules: readonly string[]
  /** The scope of a conventional commit, `fix(css): …`, or a leading `area:`; a package or folder named. */
  readonly scopes: readonly string[]
}

/** Words that say nothing about where. */
const stopWords = new Set(
  'a an and are as at be been but by can could did do does for from had has have how i if in into is it its may me my no nor not of on or our should so some such than that the their them then there these they this those to too us was we were what when where which while who why will with without would you your also add added adds fix fixed fixes fixing make makes made use used uses using update updated updates change changed changes allow allows ensure support instead via new now when please need needs want only all any more most other just like work works correctly properly'
    .split(' ')
    .map(stem),
)

/** The kinds that conventional commits begin with. */
const changeKinds =
  /^(?:fix(?:es|ed)?|feat|feature|chore|docs?|refactor|perf|tests?|build|ci|style|revert|bug|bugfix|hotfix|wip)$/i

/** Lines whose words are taken as they follow each other; the rest is often a log. */
const MAX_PAIRED_LINES = 20
/** Quotations that are looked for. */
const MAX_QUOTED = 20
/** Longest task that is read; what is beyond is a log. */
const MAX_TASK = 20_000

export function readTask(task: string): TaskQuery {
  const text = withoutForm(scriptsApart(task.slice(0, MAX_TASK))).trimStart()
  // Traces of Windows, where what writes them may double each `\\` too.
  const slashed = text.replace(/\\+(?=[\w@.+-])/g, '/')
  const title = text.split('\n', 1)[0] ?? ''
  // The kind of a change says nothing about where; an area does: `feat(css): …`, but `css: …`.
  const plainTitle = title.replace(/^(\w+)(\([^)]*\))?!?:/, (whole, kind: string, scope: string | undefined) =>
    scope !== undefined || changeKinds.test(kind) ? (scope ?? '') : whole,
  )
  const sequence = wordSequence(plainTitle)
  const titleTerms = countTerms(plainTitle, 2, new Map())
  const terms = countTerms(text.slice(title.length), 1, new Map(titleTerms))
  const paths = unique([
    ...matches(slashed, /(?:^|[\s"'`(<[:])((?:\.{0,2}\/)?(?:[\w@.+-]+\/)+[\w@.+-]+)/gm),
    ...matches(
      slashed,
      /(?:^|[\s"'`(<[])([\w.+-]+\.(?:[cm]?[jt]sx?|pyi?|go|rs|java|c|cc|cpp|h|hpp|cs|rb|php|vue|svelte|css|scss|json|ya?ml|toml|md|rst))\b/gm,
    ),
  ]).map((path) => path.replace(/^[./]+/, '').replace(/[.,:;]+$/, ''))
  return {
    title,
    terms,
    words: text.match(/\p{L}{3,}/gu)?.length ?? 0,
    titleTerms,
    titleSequence: sequence,
    titlePairs: pairsIn(sequence),
    otherPairs: text
      .slice(title.length)
      .split('\n', MAX_PAIRED_LINES)
      .flatMap((line) => pairsIn(wordSequence(line))),
    identifiers: identifiersIn(text),
    written: unique(text.match(wordPattern(text)) ?? []),
    quoted: unique(quotedIn(text)),
    paths: paths.filter((path) => path !== ''),
    modules: unique(matches(text, /\b([a-z_][\w]*(?:\.[a-z_]\w*)+)\b/gi)),
    scopes: scopesIn(title),
  }
}

const blankless = '[\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}]'
const otherCharacter = `(?!${blankless})[\\p{L}\\p{N}_$]`
const scriptBoundary = new RegExp(
  `(?<=${blankless})(?=${otherCharacter})|(?<=${otherCharacter}\\p{M}*)(?=${blankless})`,
  'gu',
)

/** In scripts without blanks, a name in Latin letters stands among the others as it is; each is searched for apart. */
function scriptsApart(text: string): string {
  return text.replace(scriptBoundary, ' ')
}

/** Without what a form adds to every text: its hints, and the boxes to tick. */
function withoutForm(text: string): string {
  return text.replace(/<!--[\s\S]*?(?:-->|$)/g, ' ').replace(/^\s*[-*] \[[ xX]\] .*$/gm, '')
}

function countTerms(text: string, weight: number, terms: Map<string, number>): Map<string, number> {
  for (const word of text.match(wordPattern(text)) ?? []) {
    for (const term of termsOf(word)) {
      if (stopWords.has(term) || /^\d+$/.test(term)) continue
      terms.set(term, (terms.get(term) ?? 0) + weight)
    }
  }
  return terms
}

function pairsIn(sequence: readonly string[]): [string, string][] {
  const pairs = new Map<string, [string, string]>()
  for (const [at, first] of sequence.entries()) {
    const second = sequence[at + 1]
    if (second !== undefined) pairs.set(`${first} ${second}`, [first, second])
  }
  return [...pairs.values()]
}

function identifiersIn(text: string): string[] {
  const found = [
    ...matches(text, /`([^`\n]{2,80})`/g).flatMap((quoted) => quoted.match(wordPattern(quoted)) ?? []),
    ...matches(text, /\b([A-Za-z_$][\w$]*)\(/g),
    ...matches(text, /\b([a-z]+[A-Z][\w$]*|[A-Z][a-z0-9]+[A-Z][\w$]*|[A-Za-z]\w*_\w+|_\w+)\b/g),
    ...matches(text, /\.([A-Za-z_]\w{2,})\b/g),
  ]
  const names = found.map((word) => termsOf(word).at(-1) ?? '')
  return unique(names).filter((name) => name.length > 2 && !stopWords.has(name))
}

function quotedIn(text: string): string[] {
  return [/"([^"\n]{5,120})"/g, /'([^'\n]{5,120})'/g, /`([^`\n]{5,120})`/g]
    .flatMap((pattern) => matches(text, pattern))
    .filter((quoted) => /[^\w$]/.test(quoted))
    .slice(0, MAX_QUOTED)
}

function scopesIn(title: string): string[] {
  const conventional = /^\w+\(([^)]+)\)!?:/.exec(title)?.[1]
  if (conventional !== undefined) return conventional.split(/[,/\s]+/).filter((scope) => scope !== '')
  const area = /^([\w./-]+(?:,\s*[\w./-]+)*):\s/.exec(title)?.[1]
  if (area === undefined || changeKinds.test(area)) return []
  return area.split(/[,/\s]+/).filter((scope) => scope !== '')
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '')
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)]
}
