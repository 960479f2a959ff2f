import { describe, expect, it } from 'vitest'
import { textsAfter } from './formats-base.ts'

const created = (name: string) => `--- /dev/null\n+++ ${name}\n@@ -0,0 +1 @@\n+x\n`
const malformed = { code: 'PATCH_QUEUE_MALFORMED_PATCH', kind: 'usage', remedy: expect.stringMatching(/\w/) }

describe('a letter and a slash before the name of a new file', () => {
  it.each([
    ['the usual prefix', 'b/new.c', {}, 'new.c', []],
    ['a folder of the base', 'c/new.c', { 'c/old.c': '' }, 'c/new.c', ['"c/"']],
    ['a folder of the base, though it is the usual prefix', 'b/new.c', { 'b/old.c': '' }, 'b/new.c', ['"b/"']],
    ['a prefix of a folder of the base', 'w/src/new.c', { 'src/old.c': '' }, 'src/new.c', ['"w/"']],
    ['no letter that git uses', 'x/new.c', {}, 'x/new.c', []],
  ])('is %s', async (_, name, files, path, noted) => {
    const { texts, notes } = await textsAfter(created(name), files)
    expect(texts).toEqual({ [path]: 'x\n' })
    expect(notes).toEqual(noted.map((part) => expect.stringContaining(part)))
  })

  it('is read as in the other diffs of the letter', async () => {
    const edit = (a: string, b: string) => `--- ${a}\n+++ ${b}\n@@ -1 +1 @@\n-a\n+b\n`
    const files = { 'b/a.txt': 'a\n' }
    const stripped = await textsAfter(edit('a/b/a.txt', 'b/b/a.txt') + created('b/new.c'), files)
    expect(Object.keys(stripped.texts)).toContain('new.c')
    const kept = await textsAfter(edit('b/a.txt', 'b/a.txt') + created('b/new.c'), files)
    expect(Object.keys(kept.texts)).toContain('b/new.c')
  })

  it('is told by the file itself where one is deleted', async () => {
    const patch = '--- c/gone.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n'
    expect((await textsAfter(patch, { 'c/gone.c': 'x\n' })).texts).toEqual({ 'c/gone.c': null })
    expect((await textsAfter(patch, { 'gone.c': 'x\n' })).texts).toEqual({ 'gone.c': null })
    await expect(textsAfter(patch, { 'c/gone.c': 'x\n', 'gone.c': 'x\n' })).rejects.toMatchObject(malformed)
  })
})

describe('heads that contradict themselves', () => {
  const hunk = '@@ -1 +1 @@\n-a\n+b\n'
  it.each([
    ['another new name', `diff --git a/d.c b/c/e.c\nrename from d.c\nrename to c/e.c\n--- a/d.c\n+++ b/c/f.c\n${hunk}`],
    ['another old name', `diff --git a/d.c b/e.c\nrename from d.c\nrename to e.c\n--- a/a.txt\n+++ b/e.c\n${hunk}`],
    ['another file than the diff line', `diff --git a/d.txt b/d.txt\n--- a/a.txt\n+++ b/a.txt\n${hunk}`],
    ['two files in the diff line', `diff --git a/d.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n${hunk}`],
    ['another new file', `diff --git a/n.txt b/n.txt\nnew file mode 100644\n${created('b/m.txt')}`],
  ])('are refused: %s', async (_, patch) => {
    const files = { 'a.txt': 'a\n', 'd.txt': 'a\n', 'd.c': 'a\n' }
    await expect(textsAfter(patch, files)).rejects.toMatchObject(malformed)
  })

  it('are not those that only leave prefixes out', async () => {
    const patch = `diff --git a/a.txt b/a.txt\n--- a.txt\n+++ a.txt\n${hunk}`
    expect((await textsAfter(patch, { 'a.txt': 'a\n' })).texts).toEqual({ 'a.txt': 'b\n' })
  })
})

describe('what follows a hunk whose counts fit', () => {
  const files = { 'a.txt': 'one\ntwo\nthree\n' }
  const patch = '--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n'

  it.each(['+ Added a thing for you\n', '- Removed the old name.\n+ **Added** a new one.\n', ' three\n'])(
    'is left out with a note: %j',
    async (rest) => {
      const { texts, notes } = await textsAfter(patch + rest, files)
      expect(texts['a.txt']).toBe('one\nTWO\nthree\n')
      expect(notes).toEqual([expect.stringMatching(/hunk 1 is complete by its counts.*left out/)])
    },
  )

  it.each(['\n+ Added a thing for you\n', '--\n2.40\n', '---\n\nThat is all.\n'])(
    'is left out behind a gap, too: %j',
    async (rest) => {
      const { texts, notes } = await textsAfter(patch + rest, files)
      expect(texts['a.txt']).toBe('one\nTWO\nthree\n')
      expect(notes).toEqual(['text around the patch was left out'])
    },
  )

  it.each(['+four\n', '\n+four\n', 'more\n+four\n'])('is refused where it could be meant: %j', async (rest) => {
    await expect(textsAfter(patch + rest, files)).rejects.toMatchObject(malformed)
  })

  it('shows that the counts are wrong where the base confirms it', async () => {
    const { texts, notes } = await textsAfter(`${patch}-three\n+THREE\n`, files)
    expect(texts['a.txt']).toBe('one\nTWO\nTHREE\n')
    expect(notes.join()).toContain('wrong line counts')
  })
})
