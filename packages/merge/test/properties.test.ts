import { hasSyntaxErrors } from '@patchlane/syntax'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { FileMerger } from '../src/index.ts'

const merger = new FileMerger()
afterAll(() => merger.close())

const bytes = (text: string) => new TextEncoder().encode(text)
const merge = async (path: string, base: string, ours: string, theirs: string) => {
  const result = await merger.merge({ path, base: bytes(base), ours: bytes(ours), theirs: bytes(theirs) })
  return { ...result, text: Buffer.from(result.content).toString('utf8') }
}

const anyText = fc
  .array(fc.constantFrom('a\n', 'b\n', 'é\r\n', '\n', '\ufeff', 'x'), { maxLength: 8 })
  .map((parts) => parts.join(''))

it('gives x for merge(base, x, base) and merge(base, base, x)', async () => {
  await fc.assert(
    fc.asyncProperty(anyText, anyText, async (base, x) => {
      expect((await merge('a.txt', base, x, base)).text).toBe(x)
      expect((await merge('a.txt', base, base, x)).text).toBe(x)
    }),
    { numRuns: 25 },
  )
})

it('gives back any bytes that only one side changed, to the byte', async () => {
  const anyBytes = fc.uint8Array({ maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(anyBytes, anyBytes, async (base, x) => {
      const [mine, yours] = await Promise.all([
        merger.merge({ path: 'a.bin', base, ours: x, theirs: base }),
        merger.merge({ path: 'a.bin', base, ours: base, theirs: x }),
      ])
      expect(Buffer.from(mine.content).equals(x)).toBe(true)
      expect(Buffer.from(yours.content).equals(x)).toBe(true)
    }),
    { numRuns: 25 },
  )
})

/** Programs whose statements may go, change and come; each line has words of its own. */
const statement = fc.constantFrom(
  'import a from "a"',
  'import b from "b"',
  'const c = d(1, 2)',
  'const c = d(1, 3)',
  'const c = e(1, 2)',
  'run(c)',
  'stop(c, f)',
  'stop(g, f)',
)
const program = fc.array(statement, { maxLength: 6 }).map((lines) => lines.map((line) => `${line}\n`).join(''))
const three = fc.tuple(program, program, program)

it('is clean one way round where it is clean the other', async () => {
  await fc.assert(
    fc.asyncProperty(three, async ([base, ours, theirs]) => {
      const [one, other] = [await merge('a.ts', base, ours, theirs), await merge('a.ts', base, theirs, ours)]
      expect(other.clean).toBe(one.clean)
    }),
    { numRuns: 30 },
  )
})

it('loses no word that only one side added, and invents none', async () => {
  const wordsOf = (text: string) => new Set(text.match(/\w+/g))
  await fc.assert(
    fc.asyncProperty(three, async ([base, ours, theirs]) => {
      const result = await merge('a.ts', base, ours, theirs)
      if (result.strategy !== 'structured') return
      const [old, mine, yours, merged] = [base, ours, theirs, result.text].map(wordsOf)
      for (const word of [...(mine ?? []), ...(yours ?? [])]) if (!old?.has(word)) expect(merged).toContain(word)
      for (const word of merged ?? []) expect(old?.has(word) || mine?.has(word) || yours?.has(word)).toBe(true)
    }),
    { numRuns: 25 },
  )
})

it('loses no line that only one side added, where lines are single words', async () => {
  const words = fc.array(fc.constantFrom('alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'), { maxLength: 6 })
  const list = words.map((lines) => lines.map((line) => `${line}\n`).join(''))
  await fc.assert(
    fc.asyncProperty(list, list, list, async (base, ours, theirs) => {
      const result = await merge('.gitignore', base, ours, theirs)
      if (result.strategy !== 'structured') return
      for (const line of `${ours}${theirs}`.split('\n'))
        if (!base.includes(line)) expect(result.text).toContain(`${line}\n`)
    }),
    { numRuns: 25 },
  )
})

it('parses where all versions parse', async () => {
  await fc.assert(
    fc.asyncProperty(three, async ([base, ours, theirs]) => {
      const result = await merge('a.ts', base, ours, theirs)
      if (result.strategy === 'structured') expect(await hasSyntaxErrors('a.ts', result.text)).toBe(false)
    }),
    { numRuns: 25 },
  )
})
