import { describe, expect, it } from 'vitest'
import { MergeChain, mergeFile } from '../src/index.ts'
import { mergeTexts } from './merge-text.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('the chain', () => {
  it('takes the side that changed', async () => {
    const result = await mergeFile({ path: 'a', base: bytes('a\n'), ours: bytes('a\n'), theirs: bytes('b\n') })
    expect(result).toMatchObject({ clean: true, strategy: 'unchanged', content: bytes('b\n') })
  })

  it('leaves what git merges to git', async () => {
    const result = await mergeTexts('a.txt', {
      base: 'a\nb\nc\nd\ne\n',
      ours: 'A\nb\nc\nd\ne\n',
      theirs: 'a\nb\nc\nd\nE\n',
    })
    expect(result).toMatchObject({ clean: true, strategy: 'line-merge', text: 'A\nb\nc\nd\nE\n' })
  })

  it('marks what is left, with the base and without common lines', async () => {
    const result = await mergeTexts('a.txt', { base: 'x\n', ours: 'head\nours\n', theirs: 'head\ntheirs\n' })
    expect(result.text).toBe('head\n<<<<<<< ours\nours\n||||||| base\nx\n=======\ntheirs\n>>>>>>> theirs\n')
    expect(result).toMatchObject({ conflicts: 1, conflictKind: 'content' })
  })

  it('never merges binary files', async () => {
    const result = await mergeFile({ path: 'a', base: bytes('a\0'), ours: bytes('b\0'), theirs: bytes('c\0') })
    expect(result).toMatchObject({ clean: false, conflictKind: 'binary', content: bytes('b\0') })
  })

  it('merges the lines of other encodings as git does, and looks no closer', async () => {
    const latin = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
    const base = latin('\xe9\nb\nc\nd\n')
    const merged = await mergeFile({
      path: 'a',
      base,
      ours: latin('\xe8\nb\nc\nd\n'),
      theirs: latin('\xe9\nb\nc\nD\n'),
    })
    expect(merged).toMatchObject({ clean: true, strategy: 'line-merge', content: latin('\xe8\nb\nc\nD\n') })
    const conflict = await mergeFile({
      path: 'a',
      base,
      ours: latin('\xe8\nb\nc\nd\n'),
      theirs: latin('\xe9\nB\nc\nd\n'),
    })
    expect(conflict).toMatchObject({ clean: false, conflicts: 1, conflictKind: 'content' })
  })

  it('refuses versions that hold conflict markers already', async () => {
    const marked = '<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n'
    const result = await mergeTexts('a.txt', { base: 'q\n', ours: marked, theirs: 'z\n' })
    expect(result).toMatchObject({ clean: false, conflictKind: 'unmerged-input' })
  })

  it('is not misled by lines that look like markers', async () => {
    const heading = 'Title\n=======================\n'
    const result = await mergeTexts('a.txt', {
      base: `${heading}one 1\ntwo 2\n`,
      ours: `${heading}one 11\ntwo 2\n`,
      theirs: `${heading}one 1\ntwo 22\n`,
    })
    expect(result).toMatchObject({ clean: true, text: `${heading}one 11\ntwo 22\n` })
  })

  it('merges files that both sides created', async () => {
    expect(await mergeTexts('a.txt', { base: null, ours: 'a\n', theirs: 'a\n' })).toMatchObject({ clean: true })
    expect(await mergeTexts('a.txt', { base: null, ours: 'a\n', theirs: 'b\n' })).toMatchObject({ clean: false })
  })

  it('gives up on a line merge that takes too long', async () => {
    const chain = new MergeChain({ strategies: [], timeoutMs: 1 })
    const big = 'x\n'.repeat(500_000)
    const result = await chain.merge({
      path: 'a',
      base: bytes(big),
      ours: bytes(`a\n${big}`),
      theirs: bytes(`b\n${big}`),
    })
    expect(result).toMatchObject({ clean: false, conflictKind: 'too-large' })
  })
})

describe('big files', () => {
  const lines = Array.from({ length: 400_000 }, (_, n) => `const value${n} = ${n}\n`)
  const base = lines.join('')
  const ours = base.replace('value7 = 7\n', 'value7 = 70\n')
  const theirs = base.replace('value7 = 7\n', 'value7 = 77\n')

  it('has an answer for ten megabytes', async () => {
    expect(base.length).toBeGreaterThan(9_000_000)
    const result = await mergeTexts('a.ts', { base, ours, theirs })
    expect(result).toMatchObject({ clean: false, conflicts: 1 })
    expect(result.notes.join()).toContain('longer than')
  })

  it('stops at its deadline, leaves the caller free, and goes on with the next file', async () => {
    const versions = { base: 'import a\n', ours: 'import a\nimport b\n', theirs: 'import a\nimport c\n' }
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    const late = await mergeTexts('a.ts', { base, ours, theirs }, { deadlineMs: 20, maxLength: 50_000_000 })
    clearInterval(timer)
    expect(late.notes.join()).toContain('longer than 20 ms')
    expect(ticks).toBeGreaterThan(0)
    expect(await mergeTexts('a.py', versions)).toMatchObject({ clean: true })
  })
})

describe('a resolver', () => {
  const versions = { base: 'const x = 1\n', ours: 'const x = 2\n', theirs: 'const x = 3\n' }

  it('is asked last, sees both intents, and its answer is marked', async () => {
    const seen: unknown[] = []
    const resolver = {
      name: 'fake',
      resolve: async (request: object) => {
        seen.push(request)
        return { text: 'const x = 2 + 3\n' }
      },
    }
    const result = await mergeTexts('a.ts', versions, { resolver })
    expect(result).toMatchObject({ clean: true, needsReview: true, strategy: 'resolver:fake' })
    expect(seen[0]).toMatchObject({
      ours: versions.ours,
      theirs: versions.theirs,
      intents: { ours: null, theirs: null },
    })
  })

  it.each([
    ['a syntax error', 'const x = 2 3 (\n'],
    ['a lost word', 'const x = 3\n'],
    ['a new word', 'const x = 2 + 3 + 4\n'],
    ['markers', '<<<<<<< a\nconst x = 2\n=======\nconst x = 3\n>>>>>>> b\n'],
    ['other line ends', 'const x = 2 + 3\r\n'],
  ])('is not believed when its answer has %s', async (_, text) => {
    const resolver = { name: 'fake', resolve: async () => ({ text }) }
    expect(await mergeTexts('a.ts', versions, { resolver })).toMatchObject({ clean: false })
  })

  it('may fail or pass', async () => {
    const failing = { name: 'fake', resolve: async () => Promise.reject(new Error('no credit')) }
    const result = await mergeTexts('a.ts', versions, { resolver: failing })
    expect(result.notes.join()).toContain('no credit')
    expect(
      await mergeTexts('a.ts', versions, { resolver: { name: 'x', resolve: async () => ({ left: 'too far apart' }) } }),
    ).toMatchObject({ clean: false })
  })
})
