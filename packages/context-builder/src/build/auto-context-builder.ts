import {
  errorMessage,
  type FileChange,
  type IndexDigest,
  type ObjectId,
  parseRepoPath,
  type ReadSet,
  type RepoId,
  repoPathProblem,
  type Stamp,
} from '@patchlane/kernel'
import type { CodeIndex } from '../code-index.ts'
import type { CodeView } from '../code-view.ts'
import { GraphBuilder } from '../graph/graph-builder.ts'
import { HistoryStore } from '../history/history.ts'
import { ContextRanker, type Ranking } from '../rank/context-ranker.ts'
import type { RankedFile } from '../rank/ranked-file.ts'
import type { FileRole } from '../role.ts'
import type { ContextCandidate, ContextLevel, ContextSource, FileCandidate, SourceRequest } from './context-source.ts'
import { type Packed, type Piece, pack } from './pack.ts'
import { FileRenderer } from './render-file.ts'
import { RERANKED, type Reranker, reordered } from './reranker.ts'
import { ConventionsSource } from './sources/conventions-source.ts'
import { DocumentsSource } from './sources/documents-source.ts'
import { NeighboursSource } from './sources/neighbours-source.ts'
import { RankedFilesSource } from './sources/ranked-files-source.ts'
import { TestsSource } from './sources/tests-source.ts'
import { BpeTokenCounter, type TokenCounter } from './token-counter.ts'
import { ViewTexts } from './view-texts.ts'

export interface AutoContextBuilderOptions {
  index: CodeIndex
  repoId: RepoId
  /** @default code, tests, documents, conventions, neighbours */
  sources?: readonly ContextSource[]
  ranker?: ContextRanker
  reranker?: Reranker
  /** @default {@link BpeTokenCounter} */
  tokens?: TokenCounter
}

export interface BuildRequest {
  task: string
  commit: ObjectId
  /** Tokens of the whole text, never exceeded. @default 24_000 */
  budgetTokens?: number
  /** Ranked files of code at most. @default 20 */
  limit?: number
  /** Changes on top of the commit that are in no commit. */
  overlay?: readonly FileChange[]
  signal?: AbortSignal
}

export interface ContextFile {
  path: string
  role: FileRole
  /** 0 to 1, relative to the best file of code or else of its role; 0 for a file that is here for another reason than its rank. */
  score: number
  why: string[]
  level: ContextLevel
  tokens: number
}

export interface ContextBundle {
  stamp: Stamp
  /** The version of the state read, where that is more than the commit; null without an overlay. */
  overlay: IndexDigest | null
  /** Best first: code in the order of the ranking, then tests, then the rest. The text has an order of its own. */
  files: ContextFile[]
  /** All code but tests that anything speaks for, best first, whether it fitted or not. */
  ranked: string[]
  text: string
  tokens: number
  readSet: ReadSet
  /** What went wrong without stopping the whole: a source or a re-ranker that failed, files or a past that are not at hand. */
  notes: string[]
}

/** A file among the pieces, and which definitions each text of it shows whole. */
interface ShownFile {
  file: ContextFile
  symbols: Map<string, string[]>
}

/**
 * Builds the context of a task: the files that matter, as much of each as the budget allows, and why each is there.
 *
 * - The text is never longer than the budget.
 * - The same task, commit, overlay and options give the same bytes, so that a prompt cache can hold them.
 * - Everything read comes from the state that the stamp names.
 */
export class AutoContextBuilder {
  readonly #options: AutoContextBuilderOptions
  readonly #ranker: ContextRanker
  readonly #sources: readonly ContextSource[]
  readonly #tokens: TokenCounter
  readonly #graphs: GraphBuilder
  readonly #history: HistoryStore

  constructor(options: AutoContextBuilderOptions) {
    this.#options = options
    this.#ranker = options.ranker ?? new ContextRanker()
    this.#sources = options.sources ?? defaultSources()
    this.#tokens = options.tokens ?? new BpeTokenCounter({ directory: options.index.directory })
    this.#graphs = new GraphBuilder(options.index.reader, { directory: options.index.directory })
    this.#history = new HistoryStore(options.index.reader, options.index.directory)
  }

  /** @throws {EmptyTaskError} */
  async build(request: BuildRequest): Promise<ContextBundle> {
    const { index } = this.#options
    const { task, commit, overlay = [], signal } = request
    const past = this.#history.of(commit)
    // It is waited for below: if it fails before, that is no unhandled rejection.
    past.catch(() => undefined)
    const base = await index.view({ commit, ...(signal === undefined ? {} : { signal }) })
    const view = overlay.length === 0 ? base : await index.overlay(base, overlay)
    const texts = new ViewTexts(view, index.reader, overlay)
    const [graph, history, missingHistory] = await Promise.all([
      this.#graphs.of(view, texts.overlaid()),
      past,
      index.reader.missingHistory?.(),
    ])
    const notes: string[] = []
    if (view.unread > 0) notes.push(unreadNote(view.unread))
    if (missingHistory !== undefined) notes.push(missingHistory)
    const ranking = await this.#rerank(request, view, await this.#ranker.rank({ view, task, history, texts }), notes)
    signal?.throwIfAborted()
    const sourceRequest: SourceRequest = { task, view, ranking, graph, history, limit: request.limit ?? 20, signal }
    const candidates = await this.#collect(sourceRequest, notes)
    const { pieces, files } = await this.#pieces(view, ranking, candidates, texts)
    const packed = await this.#fit(pieces, request.budgetTokens ?? 24_000)
    return this.#bundle({ base, view, ranking, packed, files, notes })
  }

  async #rerank({ task, signal }: BuildRequest, view: CodeView, ranking: Ranking, notes: string[]): Promise<Ranking> {
    const { reranker } = this.#options
    if (reranker === undefined || ranking.code.length === 0) return ranking
    const candidates = ranking.code.slice(0, RERANKED).map(({ path, score, position }) => ({
      path,
      score,
      definitions: view.details(position).definitions.map(({ name }) => name),
    }))
    try {
      const code = reordered(ranking.code, await reranker.rerank(task, candidates, signal))
      const implementation = code.filter(({ role }) => role === 'implementation')
      return { ...ranking, code, byRole: new Map([...ranking.byRole, ['implementation', implementation]]) }
    } catch (error) {
      signal?.throwIfAborted()
      notes.push(`not re-ranked: ${errorMessage(error)}`)
      return ranking
    }
  }

  async #collect(request: SourceRequest, notes: string[]): Promise<ContextCandidate[]> {
    const collected: ContextCandidate[] = []
    for (const source of this.#sources) {
      try {
        collected.push(...(await source.collect(request)))
      } catch (error) {
        request.signal?.throwIfAborted()
        notes.push(`${source.name}: ${errorMessage(error)}`)
      }
    }
    return collected
  }

  /** One piece per file, whatever the number of sources that want it; texts from elsewhere behind those of equal priority. */
  async #pieces(view: CodeView, ranking: Ranking, candidates: readonly ContextCandidate[], texts: ViewTexts) {
    const byFile = new Map<number, FileCandidate[]>()
    for (const candidate of candidates) {
      if (candidate.kind !== 'file') continue
      byFile.set(candidate.position, [...(byFile.get(candidate.position) ?? []), candidate])
    }
    await texts.load([...byFile.keys()])
    const files = new Map<Piece, ShownFile>()
    // A file of code is in two lists; the one of all code counts.
    const scores = new Map([...ranking.byRole.values(), ranking.code].flatMap(relativeScores))
    const drafts = [...byFile].map(([position, wanted]) => {
      const { path, role } = view.file(position)
      const sorted = [...wanted].sort((a, b) => a.priority - b.priority)
      const why = [...new Set(sorted.map((candidate) => candidate.why))]
      const score = Math.round((scores.get(position) ?? 0) * 1_000) / 1_000
      const symbols = new Map<string, string[]>()
      const text = texts.of(position)
      const { definitions, flags } = view.details(position)
      const readable =
        text !== undefined && !flags.includes('binary') && !flags.includes('minified') && !flags.includes('large')
      const renderer = new FileRenderer({ path, text: text ?? '', definitions, idf: ranking.signals.idf })
      const render = (level: ContextLevel, most?: number): string | undefined => {
        const heading = `### ${path} (${why[0] ?? ''})`
        if (level === 'path') return `${heading}\n`
        if (!readable || (level !== 'full' && definitions.length === 0)) return undefined
        const rendered = renderer.render(level, most)
        if (most !== undefined && rendered.symbols.length === 0) return undefined
        const piece = `${heading}\n${fenced(rendered.body)}\n`
        symbols.set(piece, rendered.symbols)
        return piece
      }
      const file: ContextFile = { path, role, score, why, level: 'path', tokens: 0 }
      return {
        priority: sorted[0]?.priority ?? 0,
        key: path,
        most: sorted[0]?.most ?? 'path',
        render,
        entry: { file, symbols },
      }
    })
    const others = candidates
      .filter((candidate) => candidate.kind === 'text')
      .map(({ title, text, why, priority }) => ({
        priority,
        key: title,
        most: 'full' as const,
        render: (level: ContextLevel) =>
          level === 'full'
            ? `### ${title} (${why})\n${fenced(text)}\n`
            : level === 'path'
              ? `### ${title} (${why})\n`
              : undefined,
        entry: undefined,
      }))
    const pieces = [...drafts, ...others]
      .sort((a, b) => a.priority - b.priority || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map(({ most, render, entry }, order) => {
        const piece: Piece = { order, most, render: onceEach(render) }
        if (entry !== undefined) files.set(piece, entry)
        return piece
      })
    return { pieces, files }
  }

  /** Joining may add a token here and there: the whole is counted, and the last pieces give way until it fits. */
  async #fit(pieces: readonly Piece[], budget: number): Promise<Packed[]> {
    for (let allowance = budget; allowance > 0; allowance -= Math.max(8, Math.ceil(budget * 0.01))) {
      const packed = await pack(pieces, allowance, this.#tokens)
      if ((await this.#tokens.count(joined(packed))) <= budget) return packed
    }
    return []
  }

  async #bundle(parts: {
    base: CodeView
    view: CodeView
    ranking: Ranking
    packed: readonly Packed[]
    files: ReadonlyMap<Piece, ShownFile>
    notes: string[]
  }): Promise<ContextBundle> {
    const { base, view, ranking, packed, files, notes } = parts
    const symbols = new Set<string>()
    const shown = packed.flatMap(({ piece, level, text, tokens }) => {
      const entry = files.get(piece)
      if (entry === undefined) return []
      for (const name of entry.symbols.get(text) ?? []) symbols.add(`${entry.file.path}#${name}`)
      return [{ ...entry.file, level, tokens }]
    })
    const ranked = ranking.code.map(({ path }) => path)
    const places = new Map(ranked.map((path, at) => [path, at]))
    const behind: Partial<Record<FileRole, number>> = { implementation: 0, test: 1 }
    const placeOf = ({ path, role }: ContextFile) => places.get(path) ?? ranked.length + (behind[role] ?? 2)
    const text = joined(packed)
    const tokens = await this.#tokens.count(text)
    await this.#tokens.flush?.()
    const paths = shown.map(({ path }) => path).filter((path) => repoPathProblem(path) === undefined)
    return {
      stamp: { repoId: this.#options.repoId, commit: base.commit, indexVersion: base.digest },
      overlay: view === base ? null : view.digest,
      files: shown.sort((a, b) => placeOf(a) - placeOf(b)),
      ranked,
      text,
      tokens,
      readSet: { paths: paths.sort().map(parseRepoPath), symbols: [...symbols].sort(), complete: true },
      notes,
    }
  }
}

function unreadNote(files: number): string {
  const [counted, known] =
    files === 1 ? ['1 file', 'is known by its path'] : [`${files} files`, 'are known by their paths']
  return `${counted} could not be read (not in this partial clone, and not to be fetched now) and ${known} alone`
}

/** The sources used where none are named. Pages from the net are not among them: {@link UrlSource} is for those who ask for it. */
export function defaultSources(): ContextSource[] {
  return [
    new ConventionsSource(),
    new RankedFilesSource(),
    new TestsSource(),
    new DocumentsSource(),
    new NeighboursSource(),
  ]
}

/** By position; the best is no longer the first where a re-ranker has put another there. */
function relativeScores(list: readonly RankedFile[]): [position: number, score: number][] {
  const best = list.reduce((most, { score }) => Math.max(most, score), 1)
  return list.map(({ position, score }) => [position, score / best])
}

/** A piece is asked for the same level again each time the whole is fitted anew. */
function onceEach<T>(render: (level: ContextLevel, most?: number) => T): (level: ContextLevel, most?: number) => T {
  const known = new Map<string, { readonly text: T }>()
  return (level, most) => {
    const key = `${level} ${most ?? ''}`
    const rendered = known.get(key) ?? { text: render(level, most) }
    known.set(key, rendered)
    return rendered.text
  }
}

function joined(packed: readonly Packed[]): string {
  return packed.map(({ text }) => text).join('\n')
}

/** A fence longer than any in the text, so that a file cannot pretend to end. */
function fenced(body: string): string {
  const longest = (body.match(/`{3,}/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2)
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${body.replace(/\n$/, '')}\n${fence}`
}
