import { termsOf, wordPattern } from '../../words.ts'
import type { ContextCandidate, ContextSource, SourceRequest } from '../context-source.ts'

/** What earlier work on the repository left behind for later work: a patch that was refused and why, a decision, a dead end. */
export interface SessionNote {
  readonly title: string
  readonly text: string
  /** Files the note is about, whether they are still there or not. */
  readonly paths: readonly string[]
}

/** Where notes are kept. */
export interface SessionMemory {
  /** Newest first. The same state of the memory gives the same notes. */
  notes(): Promise<readonly SessionNote[]>
}

/** Notes of this process, newest first; the oldest are forgotten. */
export class InMemorySessionMemory implements SessionMemory {
  readonly #notes: SessionNote[] = []
  readonly #kept: number

  /** @param options.kept Notes at most. @default 200 */
  constructor(options: { kept?: number } = {}) {
    this.#kept = options.kept ?? 200
  }

  remember(note: SessionNote): void {
    this.#notes.unshift(note)
    this.#notes.length = Math.min(this.#notes.length, this.#kept)
  }

  async notes(): Promise<readonly SessionNote[]> {
    return [...this.#notes]
  }
}

export interface SessionMemorySourceOptions {
  memory: SessionMemory
  /** Notes at most. @default 3 */
  limit?: number
  /** What is longer is cut there. @default 1_500 */
  maxCharacters?: number
}

/** Files ranked this high make a note about them worth reading. */
const FIRST_FILES = 8
/** A note in other words than these is about something else. */
const LIKE = 0.3
/** Behind all files: notes change more often than code, and a prompt cache keeps only what stands before the first change. */
const PRIORITY = 200

/** Notes of earlier work that share files or rare words with the task. */
export class SessionMemorySource implements ContextSource {
  readonly name = 'session memory'
  readonly #options: Required<SessionMemorySourceOptions>

  constructor(options: SessionMemorySourceOptions) {
    this.#options = { limit: 3, maxCharacters: 1_500, ...options }
  }

  async collect({ ranking }: SourceRequest): Promise<readonly ContextCandidate[]> {
    const notes = await this.#options.memory.notes()
    const first = (ranking.byRole.get('implementation') ?? []).slice(0, FIRST_FILES).map(({ path }) => path)
    return notes
      .map((note, age) => {
        const shared = sharedFiles(note, first)
        const alike = likeness(note, ranking.signals.idf)
        // The same files say more than the same words.
        return { note, age, shared, alike, weight: 2 * shared + alike }
      })
      .filter(({ shared, alike }) => shared > 0 || alike >= LIKE)
      .sort((a, b) => b.weight - a.weight || a.age - b.age)
      .slice(0, this.#options.limit)
      .map(({ note: { title, text }, shared }, at) => ({
        kind: 'text' as const,
        title,
        text: text.slice(0, this.#options.maxCharacters),
        why: shared > 0 ? 'earlier work on the same files' : 'earlier work in the same words',
        priority: PRIORITY + at,
      }))
  }
}

/** How much of a note's files are among the first ones, the best place counting most: 0 to 1. */
function sharedFiles(note: SessionNote, first: readonly string[]): number {
  const places = note.paths.map((path) => first.indexOf(path)).filter((at) => at >= 0)
  return places.length === 0 ? 0 : Math.round((1 - Math.min(...places) / FIRST_FILES) * 1_000) / 1_000
}

/** The share of the task's words, by rarity, that a note has: 0 to 1. */
function likeness({ title, text }: SessionNote, idf: ReadonlyMap<string, number>): number {
  const whole = `${title}\n${text}`
  const terms = new Set((whole.match(wordPattern(whole)) ?? []).flatMap(termsOf))
  let found = 0
  let all = 0
  for (const [term, rarity] of idf) {
    all += rarity
    if (terms.has(term)) found += rarity
  }
  return all === 0 ? 0 : Math.round((found / all) * 1_000) / 1_000
}
