import { describe, expect, it } from 'vitest'
import { textsAfter } from './formats-base.ts'

const malformed = { code: 'PATCH_QUEUE_MALFORMED_PATCH', kind: 'usage', remedy: expect.stringMatching(/\w/) }
const block = (search: string, replace: string, length = 7) =>
  `${'<'.repeat(length)} SEARCH\n${search}${'='.repeat(length)}\n${replace}${'>'.repeat(length)} REPLACE\n`

describe('lines of a search/replace block that look like its markers', () => {
  it('are content where they are of another length', async () => {
    const patch = `a.rst\n${block('Title\n=====\nold\n', 'Title\n=====\nnew\n')}`
    const { texts, notes } = await textsAfter(patch, { 'a.rst': 'Title\n=====\nold\n' })
    expect(texts['a.rst']).toBe('Title\n=====\nnew\n')
    expect(notes).toEqual([])
  })

  it('are content where they are markers of a merge conflict', async () => {
    const conflict = '<<<<<<< HEAD\nmine\n>>>>>>> branch\nrest\n'
    const patch = `a.txt\n${block('old\n', conflict)}`
    expect((await textsAfter(patch, { 'a.txt': 'old\n' })).texts['a.txt']).toBe(conflict)
  })

  it('are told from the divider by the base', async () => {
    const patch = `a.rst\n${block('old\n', 'Heading\n=======\nnew\n')}`
    const { texts, notes } = await textsAfter(patch, { 'a.rst': 'old\n' })
    expect(texts['a.rst']).toBe('Heading\n=======\nnew\n')
    expect(notes.join()).toContain('more than one =======')
  })

  it('are told from the divider of a new file', async () => {
    const { texts } = await textsAfter(`n.rst\n${block('', 'Heading\n=======\nnew\n')}`, {})
    expect(texts['n.rst']).toBe('Heading\n=======\nnew\n')
  })

  it('may be many in a new file, and are refused as too many to tell apart in one that is there', async () => {
    const headings = 'Heading\n=======\n'.repeat(1_000)
    const { texts } = await textsAfter(`n.rst\n${block('', headings)}`, {})
    expect(texts['n.rst']).toBe(headings)
    const refused = textsAfter(`a.rst\n${block('old\n', headings)}`, { 'a.rst': 'old\n' })
    await expect(refused).rejects.toMatchObject({ ...malformed, message: expect.stringMatching(/^.{1,300}$/s) })
  })

  it('are refused where the base fits more than one divider, unless the markers are longer', async () => {
    const files = { 'a.rst': 'Heading\n=======\nold\n' }
    const [before, after] = ['Heading\n=======\nold\n', 'Heading\n=======\nnew\n']
    await expect(textsAfter(`a.rst\n${block(before, after)}`, files)).rejects.toMatchObject(malformed)
    expect((await textsAfter(`a.rst\n${block(before, after, 9)}`, files)).texts['a.rst']).toBe(after)
  })

  it('are refused where the search part is not quoted well, and only its beginning fits', async () => {
    const patch = `a.rst\n${block('Heading\n=======\nolt\n', 'Heading\n=======\nnew\n')}`
    await expect(textsAfter(patch, { 'a.rst': 'Heading\n=======\nold\n' })).rejects.toMatchObject(malformed)
  })

  it.each([
    ['closes twice', `a.txt\n${block('old\n', 'x\n>>>>>>> REPLACE\ny\n')}`],
    ['has a marker behind it', `a.txt\n${block('old\n', 'x\n')}more\n>>>>>>> branch\n`],
  ])('are refused where a block %s', async (_, patch) => {
    await expect(textsAfter(patch, { 'a.txt': 'old\n' })).rejects.toMatchObject(malformed)
  })
})

describe('text around search/replace blocks', () => {
  it('is left out with a note', async () => {
    const { texts, notes } = await textsAfter(`a.txt\n${block('a\n', 'b\n')}That is all.\n`, { 'a.txt': 'a\n' })
    expect(texts['a.txt']).toBe('b\n')
    expect(notes).toEqual(['text around the search/replace blocks was left out'])
  })

  it('is no file name where it is prose', async () => {
    const patch = `a.txt\n${block('a\n', 'b\n')}\nAnd the second place:\n${block('c\n', 'd\n')}`
    const { texts, notes } = await textsAfter(patch, { 'a.txt': 'a\nc\n' })
    expect(texts).toEqual({ 'a.txt': 'b\nd\n' })
    expect(notes.join()).toContain('block 2 has no file name before it')
    await expect(textsAfter(`Change this:\n${block('a\n', 'b\n')}`, { 'a.txt': 'a\n' })).rejects.toMatchObject(
      malformed,
    )
  })

  it('does not lend the file before to a block whose fence names another', async () => {
    const patch = `a.txt\n${block('a\n', 'b\n')}\`\`\`ts src/b.ts\n${block('a\n', 'b\n')}\`\`\`\n`
    await expect(textsAfter(patch, { 'a.txt': 'a\n' })).rejects.toMatchObject(malformed)
  })
})

describe('a file of more lines than a call takes arguments', () => {
  const before = `${'same\n'.repeat(200_000)}old\n`
  const after = before.replace('old', 'new')

  it.each([
    ['a search/replace block', `a.txt\n${block('old\n', 'new\n')}`],
    ['a diff', '--- a/a.txt\n+++ b/a.txt\n@@ -200001 +200001 @@\n-old\n+new\n'],
  ])('is edited by %s', async (_, patch) => {
    expect((await textsAfter(patch, { 'a.txt': before })).texts['a.txt'] === after).toBe(true)
  })
})
