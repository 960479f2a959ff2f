import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TermsOfLines } from '../src/build/terms-of-lines.ts'
import { termsOf } from '../src/words.ts'

const idf = new Map(['config', 'read', 'server'].map((term) => [term, 1]))

it('says which terms of a task stand between two lines, whatever the lines are', () => {
  const word = fc.constantFrom('readConfig', 'Servers', 'reading', 'other', '', '{', 'überConfig', 'configs x read')
  fc.assert(
    fc.property(fc.array(word), fc.nat(12), fc.nat(12), (lines, from, length) => {
      const said = new TermsOfLines(lines.join('\n'), idf)
      const part = lines.slice(from, from + length).join(' ')
      const expected = new Set(
        part
          .split(' ')
          .flatMap(termsOf)
          .filter((term) => idf.has(term)),
      )
      expect(said.between(from + 1, from + length)).toEqual(expected)
      expect(said.termsIn(part)).toEqual(expected)
    }),
  )
})
