import { languageOf, signatureOf } from '@patchlane/syntax'
import type { IndexedDefinition } from '../document.ts'
import { termsOf, wordPattern } from '../words.ts'
import type { ContextLevel } from './context-source.ts'

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

/** The text of a file at a level, without its heading. Line numbers are those of the file. */
export function renderFile(file: FileToRender, level: ContextLevel): RenderedFile {
  if (level === 'path') return { body: '', symbols: [] }
  if (level === 'full') return { body: file.text, symbols: [] }
  const lines = file.text.split('\n')
  const chosen = level === 'symbols' ? relevantDefinitions(file, lines) : []
  const parts: string[] = []
  let shownTo = 0
  const outline = file.definitions
    .filter(({ kind }) => kind !== 'field' && kind !== 'declaration')
    .slice(0, MAX_SIGNATURES)
  for (const definition of outline) {
    if (definition.startLine <= shownTo) continue
    if (chosen.includes(definition)) {
      parts.push(`${definition.startLine}:`, ...lines.slice(definition.startLine - 1, definition.endLine))
      shownTo = definition.endLine
    } else parts.push(`${definition.startLine}: ${headOf(file, lines, definition)}`)
  }
  return { body: parts.join('\n'), symbols: chosen.map(({ name }) => name) }
}

/** The definitions that have most of the task in few lines, best first, until they are as long as the level allows. */
function relevantDefinitions({ definitions, idf }: FileToRender, lines: readonly string[]): IndexedDefinition[] {
  const terms = new Map<string, readonly string[]>()
  // A class is read as a whole, and again method by method.
  const known = (word: string) => {
    const found = terms.get(word) ?? termsOf(word)
    terms.set(word, found)
    return found
  }
  const scored = definitions
    .filter(({ kind }) => kind !== 'field' && kind !== 'declaration')
    .map((definition) => {
      const text = lines.slice(definition.startLine - 1, definition.endLine).join('\n')
      const found = new Set<string>()
      for (const word of new Set(text.match(wordPattern(text)))) for (const term of known(word)) found.add(term)
      const named = new Set((definition.name.match(wordPattern(definition.name)) ?? []).flatMap(termsOf))
      let score = 0
      for (const [term, rarity] of idf) score += (found.has(term) ? rarity : 0) + (named.has(term) ? rarity : 0)
      const length = definition.endLine - definition.startLine + 1
      return { definition, length, score: Math.round((score / Math.log2(8 + length)) * 1e6) }
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.definition.startLine - b.definition.startLine)
  const chosen: IndexedDefinition[] = []
  let left = Math.max(60, lines.length * SHARE)
  for (const { definition, length } of scored) {
    const overlaps = chosen.some(
      (other) => other.startLine <= definition.endLine && definition.startLine <= other.endLine,
    )
    if (overlaps || length > left) continue
    chosen.push(definition)
    left -= length
  }
  return chosen
}

function headOf(file: FileToRender, lines: readonly string[], definition: IndexedDefinition): string {
  const indent = '  '.repeat(depthOf(file.definitions, definition))
  const language = languageOf(file.path)
  if (language === undefined || definition.kind === 'section') return `${indent}${definition.name}`
  const text = lines.slice(definition.startLine - 1, definition.endLine).join('\n')
  const start = text.length - text.trimStart().length
  return indent + signatureOf(text, language, { start, end: text.length })
}

function depthOf(definitions: readonly IndexedDefinition[], definition: IndexedDefinition): number {
  let depth = 0
  for (let at = definition.container; at >= 0 && depth < 6; at = definitions[at]?.container ?? -1) depth++
  return depth
}
