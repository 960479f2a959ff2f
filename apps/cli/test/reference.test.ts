import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { referenceText } from '../scripts/reference.ts'

/** The formatter lines up tables and breaks long types; the words are the same. */
const words = (text: string) => text.split(/[\s;,|-]+/)

it('has a reference that says what the commands say (apps/cli/scripts/write-reference.ts writes it)', () => {
  const file = join(import.meta.dirname, '..', '..', '..', 'docs', 'reference', 'cli.md')
  expect(words(readFileSync(file, 'utf8'))).toEqual(words(referenceText()))
})
