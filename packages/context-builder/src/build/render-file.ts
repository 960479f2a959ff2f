import { languageOf, signatureOf } from '@patchlane/syntax'
import type { IndexedDefinition } from '../document.ts'
import type { ContextLevel } from './context-source.ts'
import { TermsOfLines } from './terms-of-lines.ts'

export interface FileToRender {
  path: string
  text: string
  definitions: readonly IndexedDefinition[]
  /** How rare each term of the task is. */
  idf: ReadonlyMap<string, number>
}

/** Of the definitions of a file, those shown whole at the level `symbols`: at most this share of its lines. */
const SHARE = 0.4
const MAX_SIGNATURES = 120

export interface RenderedFile {
  body: string
  /** Definitions that are shown whole. */
  symbols: string[]
}

/** Renders one file at one level after another: what is read and weighed for the first serves the others. */
export class FileRenderer {
  readonly #file: FileToRender
  #lines: readonly string[] | undefined
  #weighed: readonly WeighedDefinition[] | undefined

  constructor(file: FileToRender) {
    this.#file = file
  }

  /**
   * The text of the file at a level, without its heading. Line numbers are those of the file. With `most`, the level `symbols` is the relevant definitions
   * alone, as far as so many lines hold them.
   */
  render(level: ContextLevel, most?: number): RenderedFile {
    const { text, definitions } = this.#file
    if (level === 'path') return { body: '', symbols: [] }
    if (level === 'full') return { body: text, symbols: [] }
    this.#lines ??= text.split('\n')
    const lines = this.#lines
    if (level === 'symbols' && most !== undefined) return this.#definitionsAlone(lines, most)
    const chosen = level === 'symbols' ? this.#relevant(Math.max(60, lines.length * SHARE)) : []
    const parts: string[] = []
    let shownTo = 0
    const outline = definitions
      .filter(({ kind }) => kind !== 'field' && kind !== 'declaration')
      .slice(0, MAX_SIGNATURES)
    for (const definition of outline) {
      if (definition.startLine <= shownTo) continue
      if (chosen.includes(definition)) {
        parts.push(`${definition.startLine}:`, ...lines.slice(definition.startLine - 1, definition.endLine))
        shownTo = definition.endLine
      } else parts.push(`${definition.startLine}: ${headOf(this.#file, lines, definition)}`)
    }
    return { body: parts.join('\n'), symbols: chosen.map(({ name }) => name) }
  }

  #definitionsAlone(lines: readonly string[], most: number): RenderedFile {
    const chosen = this.#relevant(most).sort((a, b) => a.startLine - b.startLine)
    const parts = chosen.flatMap(({ startLine, endLine }) => [`${startLine}:`, ...lines.slice(startLine - 1, endLine)])
    return { body: parts.join('\n'), symbols: chosen.map(({ name }) => name) }
  }

  /** The definitions that have most of the task in few lines, best first, until they are as long as allowed, in lines. */
  #relevant(most: number): IndexedDefinition[] {
    this.#weighed ??= weigh(this.#file)
    const chosen: IndexedDefinition[] = []
    let left = Math.min(most, this.#lines?.length ?? 0)
    for (const { definition, length } of this.#weighed) {
      const overlaps = chosen.some(
        (other) => other.startLine <= definition.endLine && definition.startLine <= other.endLine,
      )
      if (overlaps || length > left) continue
      chosen.push(definition)
      left -= length
    }
    return chosen
  }
}

interface WeighedDefinition {
  definition: IndexedDefinition
  /** In lines. */
  length: number
  score: number
}

/** Definitions that have something of the task, those first that have most of it in few lines. */
function weigh({ definitions, idf, text }: FileToRender): WeighedDefinition[] {
  const said = new TermsOfLines(text, idf)
  return definitions
    .filter(({ kind }) => kind !== 'field' && kind !== 'declaration')
    .map((definition) => {
      const found = said.between(definition.startLine, definition.endLine)
      const named = said.termsIn(definition.name)
      let score = 0
      for (const [term, rarity] of idf) score += (found.has(term) ? rarity : 0) + (named.has(term) ? rarity : 0)
      const length = definition.endLine - definition.startLine + 1
      return { definition, length, score: Math.round((score / Math.log2(8 + length)) * 1e6) }
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.definition.startLine - b.definition.startLine)
}

/** Lines that a signature may take: a head is cut long before, and a class may have thousands. */
const HEAD_LINES = 200

function headOf(file: FileToRender, lines: readonly string[], definition: IndexedDefinition): string {
  const indent = '  '.repeat(depthOf(file.definitions, definition))
  const language = languageOf(file.path)
  if (language === undefined || definition.kind === 'section') return `${indent}${definition.name}`
  const first = definition.startLine - 1
  const text = lines.slice(first, Math.min(definition.endLine, first + HEAD_LINES)).join('\n')
  const start = text.length - text.trimStart().length
  return indent + signatureOf(text, language, { start, end: text.length })
}

function depthOf(definitions: readonly IndexedDefinition[], definition: IndexedDefinition): number {
  let depth = 0
  for (let at = definition.container; at >= 0 && depth < 6; at = definitions[at]?.container ?? -1) depth++
  return depth
}
