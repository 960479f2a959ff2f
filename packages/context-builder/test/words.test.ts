import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Vocabulary } from '../src/segment/vocabulary.ts'
import { Utf8Words } from '../src/utf8-words.ts'
import { asciiParts, termsOf, unicodeParts, wordPattern, wordSequence } from '../src/words.ts'

const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'abcXYZ019_$ \n\t.-(') },
  fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)),
  // Letters of two, three and four bytes, accents, numbers that are no digits, signs, a byte order mark within a text.
  fc.constantFrom('é', 'ß', 'ж', '中', 'の', '𝒜', '𐐀', '\u0301', '²', '½', '٣', '—', '€', '🙂', '\ufeff', '\u2028'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
)
const text = fc.array(character, { maxLength: 300 }).map((characters) => characters.join(''))

describe('words of a text in UTF-8', () => {
  it('are those that the pattern finds, with their lines', () => {
    const words = new Utf8Words()
    fc.assert(
      fc.property(text, (source) => {
        const bytes = new TextEncoder().encode(source)
        words.read(bytes)
        const found = Array.from({ length: words.length }, (_, n) => [
          new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(words.starts[n], words.ends[n])),
          words.units[n],
          words.lines[n],
        ])
        const expected = [...source.matchAll(wordPattern(source))].map((match) => [
          match[0],
          match.index,
          source.slice(0, match.index).split('\n').length - 1,
        ])
        expect(found).toEqual(expected)
      }),
      { numRuns: 2_000 },
    )
  })

  it('have one number each, however they are looked up', () => {
    const vocabulary = new Vocabulary()
    const words = new Utf8Words()
    const numbers = new Map<string, number>()
    // Enough words that the table grows several times.
    const source = Array.from({ length: 30_000 }, (_, n) => `word${n % 20_000}x`).join(' ')
    const bytes = new TextEncoder().encode(source)
    words.read(bytes)
    for (let n = 0; n < words.length; n++) {
      const [from, to] = [words.starts[n] ?? 0, words.ends[n] ?? 0]
      const word = source.slice(from, to)
      const number = vocabulary.wordIn(bytes, from, to, words.hashes[n] ?? 0)
      expect(numbers.get(word) ?? number).toBe(number)
      numbers.set(word, number)
    }
    expect(new Set(numbers.values()).size).toBe(20_000)
    for (const [word, number] of numbers) expect(vocabulary.word(word)).toBe(number)
  })

  it('tells words apart that have one hash', () => {
    const vocabulary = new Vocabulary()
    const bytes = new TextEncoder().encode('one two')
    const first = vocabulary.wordIn(bytes, 0, 3, 7)
    const second = vocabulary.wordIn(bytes, 4, 7, 7)
    expect(second).not.toBe(first)
    expect(vocabulary.wordIn(bytes, 0, 3, 7)).toBe(first)
  })
})

describe('termsOf', () => {
  it('splits an ASCII word as any other', () => {
    const word = fc.array(fc.constantFrom(...'abzAQZ09_$-é'), { maxLength: 20 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(word, (name) => {
        const ascii = name.replaceAll('é', 'e')
        expect(asciiParts(ascii)).toEqual(unicodeParts(ascii))
      }),
      { numRuns: 1_000 },
    )
  })

  it('gives parts, stems and the whole', () => {
    expect(termsOf('readConfigs')).toEqual(['read', 'config', 'readconfigs'])
    expect(termsOf('HTMLParser')).toEqual(['html', 'parser', 'htmlparser'])
    expect(termsOf('parsing_x2')).toEqual(['pars', 'parsingx2'])
    expect(termsOf('設定')).toEqual(['設定'])
  })
})

it('gives one sequence for a name however it is written', () => {
  for (const text of ['query client', 'queryClient', 'query-client', 'QUERY_CLIENT', 'query/client']) {
    expect(wordSequence(text)).toEqual(['query', 'client'])
  }
  expect(wordSequence('a queryClient cache')).toEqual(['a', 'query', 'client', 'cach'])
})
