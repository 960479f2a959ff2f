import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { countTokens } from 'gpt-tokenizer/encoding/cl100k_base'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BpeTokenCounter } from '../src/index.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'patchlane-tokens-'))
})
afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

/** The published implementation of the encoding. */
const expected = (text: string) => countTokens(text, { disallowedSpecial: new Set() })

describe('BpeTokenCounter', () => {
  it('counts what the encoding counts, in any text', async () => {
    const counter = new BpeTokenCounter({ directory })
    const word = fc.constantFrom(
      'parseCookie',
      "don't",
      'I’LL',
      ' ',
      '\n\n',
      '\r\n',
      '1234567',
      '設定',
      '👩‍👩‍👧',
      '<|endoftext|>',
      '====',
      'é',
    )
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(fc.oneof(word, fc.string({ maxLength: 12 })), { maxLength: 40 }).map((parts) => parts.join('')),
    )
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await counter.count(text)).toBe(expected(text))
      }),
      { numRuns: 400 },
    )
    const source = await readFile(new URL('../src/build/auto-context-builder.ts', import.meta.url), 'utf8')
    for (let at = 0; at < source.length; at += 3_000) {
      const part = source.slice(at, at + 3_000)
      expect(await counter.count(part)).toBe(expected(part))
    }
  })

  it('is done with a long run of one kind soon', async () => {
    const counter = new BpeTokenCounter({ directory })
    const run = 'abcdefghijklmnop'.repeat(240)
    expect(await counter.count(run)).toBe(expected(run))
  })

  it('keeps its table in the folder, and makes a damaged one again', async () => {
    const text = 'The quick brown fox'
    await new BpeTokenCounter({ directory }).count(text)
    const [name] = (await readdir(directory)).filter((file) => file.endsWith('.bpe'))
    const file = join(directory, name ?? '')
    const bytes = await readFile(file)
    await writeFile(file, bytes.subarray(0, 1_000_000))
    expect(await new BpeTokenCounter({ directory }).count(text)).toBe(expected(text))
    expect(await readFile(file)).toEqual(bytes)
  })
})
