import type { TextRange } from './analysis.ts'
import type { Language } from './language.ts'

const MAX_SIGNATURE = 240

/** The head of a definition on one line, without its body: `export function a(x: T): U`. */
export function signatureOf(source: string, language: Language, definition: TextRange): string {
  const lineStart = source.lastIndexOf('\n', definition.start - 1) + 1
  const lead = source.slice(lineStart, definition.start)
  // A modifier before the node (`export`, `pub`, `public static`) belongs to the head; anything else does not.
  const from = /^\s*[\w@() ]*$/.test(lead) ? lineStart : definition.start
  const text = source.slice(from, Math.min(definition.end, from + 2_000))
  const head = text.slice(0, headLength(text, language === 'python' ? ':' : language === 'ruby' ? '\n' : '{'))
  const line = head.replace(/\s+/g, ' ').trim()
  return line.length > MAX_SIGNATURE ? `${line.slice(0, MAX_SIGNATURE)}…` : line
}

/** Up to the token that opens the body, outside brackets; else up to the end of the first line outside brackets. */
function headLength(text: string, opener: string): number {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    if (char === '(' || char === '[') depth++
    else if (char === ')' || char === ']') depth = Math.max(0, depth - 1)
    else if (depth === 0 && (char === opener || char === ';')) return at
    else if (depth === 0 && char === '\n' && !/[,=&|(<]\s*$/.test(text.slice(0, at))) {
      // The body's brace may stand on a line of its own.
      const next = text.slice(at).trimStart()
      if (!next.startsWith(opener)) return at
    }
  }
  return text.length
}
