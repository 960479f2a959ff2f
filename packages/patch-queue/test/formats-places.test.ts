import { describe, expect, it } from 'vitest'
import { textsAfter } from './formats-base.ts'

const update = (body: string) => `*** Begin Patch\n*** Update File: k.py\n${body}*** End Patch\n`
const classes = 'class A:\n    x = 1\nclass B:\n    x = 2\nclass C:\n    x = 3\n'

describe('anchors of *** Begin Patch', () => {
  it('says so where the only place is behind the anchor, but not in its block', async () => {
    const { texts, notes } = await textsAfter(update('@@ class A:\n-    x = 2\n+    x = 9\n'), { 'k.py': classes })
    expect(texts['k.py']).toBe(classes.replace('x = 2', 'x = 9'))
    expect(notes.join()).toMatch(/class A:.*not in the block/)
  })

  it('has nothing to say where the place is in the block of its anchor', async () => {
    const { notes } = await textsAfter(update('@@ class B:\n-    x = 2\n+    x = 9\n'), { 'k.py': classes })
    expect(notes).toEqual([])
  })

  it('takes an anchor that the hunk repeats as its own first line', async () => {
    const { texts } = await textsAfter(update('@@ class B:\n class B:\n-    x = 2\n+    x = 9\n'), { 'k.py': classes })
    expect(texts['k.py']).toContain('x = 9')
  })

  it('refuses a place that stands before the anchor', async () => {
    await expect(
      textsAfter(update('@@ class C:\n-    x = 1\n+    x = 9\n'), { 'k.py': classes }),
    ).rejects.toMatchObject({
      code: 'PATCH_QUEUE_EDIT_NOT_FOUND',
      message: expect.stringContaining('behind the anchor "class C:"'),
    })
  })

  it('notes an anchor that is not there, and refuses it where the lines are not the only ones', async () => {
    const patch = update('@@ class Z:\n-    x = 2\n+    x = 9\n')
    const { notes } = await textsAfter(patch, { 'k.py': classes })
    expect(notes.join()).toContain('the anchor "class Z:" of hunk 1 is not in the base')
    await expect(textsAfter(patch, { 'k.py': classes.replaceAll(/x = \d/g, 'x = 2') })).rejects.toMatchObject({
      code: 'PATCH_QUEUE_EDIT_NOT_FOUND',
    })
  })

  it('refuses lines that are not at the end of the file, as the patch says', async () => {
    const patch = update('@@\n-    x = 2\n+    x = 9\n*** End of File\n')
    await expect(textsAfter(patch, { 'k.py': classes })).rejects.toMatchObject({ code: 'PATCH_QUEUE_EDIT_NOT_FOUND' })
    const { texts } = await textsAfter(patch.replace('= 2', '= 3'), { 'k.py': classes })
    expect(texts['k.py']).toBe(classes.replace('x = 3', 'x = 9'))
  })
})

describe('text that overlaps itself', () => {
  const edit = (search: string, replace: string, all = false) =>
    JSON.stringify([{ path: 'a.txt', search, replace, all }])

  it('counts both places', async () => {
    const patch = edit('foo\nbar\nfoo\n', 'x\n')
    await expect(textsAfter(patch, { 'a.txt': 'foo\nbar\nfoo\nbar\nfoo\n' })).rejects.toMatchObject({
      code: 'PATCH_QUEUE_EDIT_AMBIGUOUS',
      lines: [1, 3],
    })
  })

  it('is replaced throughout only where there is one way to', async () => {
    const { texts } = await textsAfter(edit('  ', '\t', true), { 'a.txt': '    x\n' })
    expect(texts['a.txt']).toBe('\t\tx\n')
    await expect(textsAfter(edit('aba', 'x', true), { 'a.txt': 'ababa\n' })).rejects.toMatchObject({
      code: 'PATCH_QUEUE_EDIT_AMBIGUOUS',
    })
  })
})

describe('files that are CRLF throughout', () => {
  const files = { 'a.txt': 'one\r\ntwo\r\n' }
  it.each([
    ['an edit as JSON', JSON.stringify([{ path: 'a.txt', search: 'two', replace: 'two\nthree' }])],
    ['a hunk without old lines', '--- a/a.txt\n+++ b/a.txt\n@@ -2,0 +3 @@\n+three\n'],
  ])('get their own line ends from %s', async (_, patch) => {
    const { texts, notes } = await textsAfter(patch, files)
    expect(texts['a.txt']).toBe('one\r\ntwo\r\nthree\r\n')
    expect(notes.join()).toContain('were made CRLF, as in the base')
  })
})

describe('new files of *** Begin Patch', () => {
  const add = (body: string) => `*** Begin Patch\n*** Add File: n.md\n${body}*** End Patch\n`

  it('keep blank lines that lack their +', async () => {
    const { texts, notes } = await textsAfter(add('+# Title\n\n+Text\n\n'), {})
    expect(texts['n.md']).toBe('# Title\n\nText\n')
    expect(notes).toEqual(['n.md: 1 blank line without + was kept as a blank line'])
  })

  it('have no other line without +', async () => {
    await expect(textsAfter(add('+# Title\nText\n'), {})).rejects.toMatchObject({ code: 'PATCH_QUEUE_MALFORMED_PATCH' })
  })
})
