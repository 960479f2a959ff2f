/** Longest identifier that is kept whole; what is longer is data, not a name. */
const MAX_WORD = 80

const asciiWord = /[A-Za-z_$][\w$]*|\d{2,}/g
const unicodeWord = /[\p{L}_$][\p{L}\p{M}\p{N}_$]*|\d{2,}/gu

/** A pattern that finds the words of a text; the plain one is several times faster and does for nearly all sources. */
export function wordPattern(text: string): RegExp {
  const pattern = /[^\x00-\x7f]/.test(text) ? unicodeWord : asciiWord
  return new RegExp(pattern)
}

/**
 * The terms a word is found by: its parts, lower-cased and stemmed (`readConfigs` → `read`, `config`), and the word as a whole if it
 * has several parts. Scripts without blanks give pairs of characters.
 */
export function termsOf(word: string): string[] {
  if (word.length > MAX_WORD) return []
  const ascii = isAscii(word)
  const parts = ascii ? asciiParts(word) : unicodeParts(word)
  const terms: string[] = []
  for (const part of parts) {
    const lower = part.toLowerCase()
    if (!ascii && ideographs.test(lower)) terms.push(...pairs(lower))
    else if (lower.length > 1 || parts.length === 1) terms.push(stem(lower))
  }
  if (parts.length > 1) terms.push(wholeTerm(word))
  return terms
}

/** The terms of a text one after another, without those of whole identifiers: `read-config` and `readConfig` give the same. */
export function wordSequence(text: string): string[] {
  return (text.match(wordPattern(text)) ?? []).flatMap((word) => {
    const terms = termsOf(word)
    return terms.length > 1 && terms.at(-1) === wholeTerm(word) ? terms.slice(0, -1) : terms
  })
}

const ideographs = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u

function isAscii(word: string): boolean {
  for (let at = 0; at < word.length; at++) if (word.charCodeAt(at) > 0x7f) return false
  return true
}

/** Words in capitals, capitalised words, words in small letters, numbers. */
export function unicodeParts(word: string): string[] {
  const parts: string[] = []
  for (const piece of word.split(/[_$]+/)) {
    if (piece === '') continue
    for (const part of piece.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[\p{L}\p{M}]+/gu) ?? []) parts.push(part)
  }
  return parts
}

/** As {@link unicodeParts}, by a walk over the characters: most words are ASCII, and there are hundreds of thousands. */
export function asciiParts(word: string): string[] {
  const parts: string[] = []
  let at = 0
  while (at < word.length) {
    let end = runOf(word, at, 0x41, 0x5a)
    const small = runOf(word, end, 0x61, 0x7a)
    // `HTMLParser`: the last capital belongs to what follows, unless it is the only one.
    if (small > end) end = end - at > 1 ? end - 1 : small
    else if (end === at) end = runOf(word, at, 0x30, 0x39)
    if (end > at) parts.push(word.slice(at, end))
    at = Math.max(end, at + 1)
  }
  return parts
}

/** Where the run of characters between two codes ends that begins at `at`. */
function runOf(word: string, at: number, least: number, most: number): number {
  let end = at
  while (end < word.length && word.charCodeAt(end) >= least && word.charCodeAt(end) <= most) end++
  return end
}

/** The term of a whole identifier, whatever its case and separators: `read_config` and `readConfig` meet. */
export function wholeTerm(word: string): string {
  return word.replace(/[_$]+/g, '').toLowerCase()
}

/** A light stem: the plural and the commonest verb endings, so that a task and the code may inflect differently. */
export function stem(word: string): string {
  const n = word.length
  switch (word.charCodeAt(n - 1)) {
    case 0x73: // s
      if (n > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`
      if (n > 4 && /(?:ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2)
      return n > 3 && !/(?:ss|us|is)$/.test(word) ? trimE(word.slice(0, -1)) : word
    case 0x67: // g
      return n > 5 && word.endsWith('ing') ? undouble(word.slice(0, -3)) : word
    case 0x64: // d
      return n > 4 && word.endsWith('ed') && !word.endsWith('eed') ? undouble(word.slice(0, -2)) : word
    default:
      return trimE(word)
  }
}

/** `parse`, `parsed`, `parsing` and `parses` meet without their last e. */
function trimE(word: string): string {
  return word.length > 4 && word.endsWith('e') ? word.slice(0, -1) : word
}

function undouble(word: string): string {
  const last = word.at(-1)
  return word.length > 3 && last === word.at(-2) && last !== 'l' && last !== 's' ? word.slice(0, -1) : trimE(word)
}

function pairs(text: string): string[] {
  const characters = [...text]
  if (characters.length < 2) return characters
  return characters.slice(1).map((character, at) => `${characters[at] ?? ''}${character}`)
}
