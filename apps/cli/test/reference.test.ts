import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { referenceText } from '../scripts/reference.ts'

it('has a reference that says what the commands say (apps/cli/scripts/write-reference.ts writes it)', () => {
  const file = join(import.meta.dirname, '..', '..', '..', 'docs', 'reference', 'cli.md')
  expect(readFileSync(file, 'utf8')).toBe(referenceText())
})
