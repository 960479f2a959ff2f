import { describe, expect, it } from 'vitest'
import { detectFormat } from '../src/formats/index.ts'
import { textsAfter } from './formats-base.ts'

const malformed = { code: 'PATCH_QUEUE_MALFORMED_PATCH', kind: 'usage', remedy: expect.stringMatching(/\w/) }
const files = { 'a.txt': 'a\n', 'b.txt': 'a\n', 'README.md': 'old\n' }
const diff = (path: string) => `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-a\n+b\n`
const begin = (path: string) => `*** Begin Patch\n*** Update File: ${path}\n@@\n-a\n+b\n*** End Patch\n`
const block = (path: string) => `${path}\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n`
const json = (path: string) => `${JSON.stringify([{ path, search: 'a', replace: 'b' }])}\n`
const fenced = (info: string, body: string, mark = '```') => `${mark}${info}\n${body}${mark}\n`

describe('several blocks of one format', () => {
  it.each([
    ['fenced diffs', fenced('diff', diff('a.txt')) + fenced('diff', diff('b.txt'))],
    ['fenced JSON', `First:\n${fenced('json', json('a.txt'))}Then:\n${fenced('json', json('b.txt'))}`],
    ['a diff and a fenced one', `${diff('a.txt')}\n${fenced('', diff('b.txt'))}`],
    ['*** Begin Patch', `${begin('a.txt')}Then:\n${fenced('', begin('b.txt'))}`],
    ['search/replace', `${fenced('', block('a.txt'))}\nThen:\n\n${block('b.txt')}`],
  ])('are read together: %s', async (_, patch) => {
    expect((await textsAfter(patch, files)).texts).toEqual({ 'a.txt': 'b\n', 'b.txt': 'b\n' })
  })
})

describe('several formats side by side', () => {
  it.each([
    ['search/replace and a fenced diff', block('a.txt') + fenced('diff', diff('b.txt')), 'search-replace, unified'],
    ['JSON and *** Begin Patch', fenced('json', json('a.txt')) + begin('b.txt'), 'json, begin-patch'],
    ['a diff and a whole file', `${diff('a.txt')}\n${'b.txt\n'}${fenced('', 'b\n')}`, 'unified, whole'],
  ])('are refused and named: %s', async (_, patch, formats) => {
    await expect(textsAfter(patch, files)).rejects.toMatchObject({
      ...malformed,
      message: expect.stringContaining(formats),
    })
  })

  it('can be told apart by the caller', async () => {
    const patch = fenced('json', json('a.txt')) + fenced('diff', diff('b.txt'))
    const { texts, notes } = await textsAfter(patch, files, { format: 'unified' })
    expect(texts).toEqual({ 'b.txt': 'b\n' })
    expect(notes.join()).toContain('left out')
  })
})

describe('an example within the content', () => {
  it.each([
    ['*** Begin Patch', begin('a.txt')],
    ['a diff', `diff --git a/a.txt b/a.txt\n${diff('a.txt')}`],
    ['a search/replace block', block('a.txt')],
    ['a fenced diff', fenced('diff', diff('a.txt'))],
  ])('of a whole file stays there: %s', async (_, example) => {
    const content = `# How to\n\n${example}\nDone.\n`
    const { texts } = await textsAfter(`README.md\n${fenced('md', content)}`, files)
    expect(texts).toEqual({ 'README.md': content })
  })

  it('of a search/replace block stays there', async () => {
    const patch = `README.md\n<<<<<<< SEARCH\nold\n=======\n${fenced('diff', diff('a.txt'))}>>>>>>> REPLACE\n`
    const { texts } = await textsAfter(patch, files)
    expect(texts).toEqual({ 'README.md': fenced('diff', diff('a.txt')) })
  })

  it('of a diff stays there', async () => {
    const lines = begin('a.txt').trimEnd().split('\n')
    const added = lines.map((line) => `+${line}\n`).join('')
    const patch = `--- a/README.md\n+++ b/README.md\n@@ -1 +1,${lines.length} @@\n-old\n${added}`
    expect((await textsAfter(patch, files)).texts).toEqual({ 'README.md': begin('a.txt') })
  })

  it('is refused where it could be the patch', async () => {
    const patch = `README.md\n${fenced('', diff('a.txt'))}`
    await expect(textsAfter(patch, files)).rejects.toMatchObject({
      ...malformed,
      message: expect.stringContaining('whole or unified'),
    })
    expect((await textsAfter(patch, files, { format: 'whole' })).texts).toEqual({ 'README.md': diff('a.txt') })
    expect((await textsAfter(patch, files, { format: 'unified' })).texts).toEqual({ 'a.txt': 'b\n' })
  })

  it('is no part of the detected format', () => {
    expect(detectFormat(`README.md\n${fenced('md', `Text\n${begin('a.txt')}`)}`)).toBe('whole')
    expect(detectFormat(block('a.txt') + diff('b.txt'))).toBeUndefined()
  })
})

describe('whole files', () => {
  it.each([
    ['prose for a name', `Here is the fixed code:\n${fenced('py', 'x = 1\n')}`],
    ['a block that is no file', `a.txt\n${fenced('', 'b\n')}\nTo run it:\n${fenced('bash', 'npm test\n')}`],
    ['prose behind a label for a name', `File: this is the new one\n${fenced('', 'b\n')}`],
    ['a heading for a name', `**Usage**\n${fenced('bash', 'npm test\n')}`],
    ['a fence that may belong to the file before', 'n.md\n```md\nTree:\n```\nsrc/x.ts\n```\nmore\n```\n'],
    ['a fence that does not close', 'n.md\n```md\n```bash\nnpm test\n```\n'],
    ['a diff without its head', `a.txt\n${fenced('diff', '-a\n+b\n')}`],
  ])('are refused with %s', async (_, patch) => {
    await expect(textsAfter(patch, files)).rejects.toMatchObject(malformed)
  })

  it('keep fences within them', async () => {
    const content = `# Title\n\n${fenced('bash', 'npm test\n')}\nThe end.\n`
    const { texts, notes } = await textsAfter(`n.md\n${fenced('md', content)}`, files)
    expect(texts).toEqual({ 'n.md': content })
    expect(notes).toEqual([])
    const bare = `Tree:\n${fenced('', 'src/x.ts\n')}`
    expect((await textsAfter(`n.md\n${fenced('md', bare, '````')}`, files)).texts).toEqual({ 'n.md': bare })
  })

  it.each(['`Makefile`', '**Makefile**', 'Makefile:', '### src/a.ts', 'File: my notes.txt', 'my file'])(
    'have a name that looks like one: %s',
    async (name) => {
      const { parsed } = await textsAfter(`Prose.\n\n${name}\n${fenced('', 'b\n')}`, { 'my file': 'a\n' })
      expect(parsed.changes).toHaveLength(1)
      expect(parsed.notes).toContain('text around the files was left out')
    },
  )
})
