import { describe, expect, it } from 'vitest'
import { textsAfter } from './formats-base.ts'

const numbered = (count: number) => `${Array.from({ length: count }, (_, n) => `line ${n + 1}`).join('\n')}\n`
const diffOf = (path: string, hunk: string) => `--- a/${path}\n+++ b/${path}\n${hunk}`

describe('unified diffs', () => {
  it('applies a hunk at its line, without notes', async () => {
    const patch = diffOf('a.txt', '@@ -2,3 +2,3 @@\n line 2\n-line 3\n+LINE 3\n line 4\n')
    const { texts, notes } = await textsAfter(patch, { 'a.txt': numbered(6) })
    expect(texts['a.txt']).toBe(numbered(6).replace('line 3', 'LINE 3'))
    expect(notes).toEqual([])
  })

  it('finds the only place under a wrong line number, and says so', async () => {
    const patch = diffOf('a.txt', '@@ -40,3 +40,3 @@\n line 2\n-line 3\n+LINE 3\n line 4\n')
    const { texts, notes } = await textsAfter(patch, { 'a.txt': numbered(6) })
    expect(texts['a.txt']).toContain('LINE 3')
    expect(notes.join()).toMatch(/claims line 40.*line 2/)
  })

  it('refuses a wrong line number where the lines stand twice', async () => {
    const patch = diffOf('a.txt', '@@ -90,1 +90,1 @@\n-same\n+other\n')
    await expect(textsAfter(patch, { 'a.txt': 'same\nx\nsame\n' })).rejects.toMatchObject({
      code: 'PATCH_QUEUE_EDIT_AMBIGUOUS',
      lines: [1, 3],
    })
  })

  it('counts the lines itself where the counts are wrong', async () => {
    const patch = diffOf('a.txt', '@@ -2,9 +2,2 @@\n line 2\n-line 3\n+LINE 3\n line 4\n')
    const { texts, notes } = await textsAfter(patch, { 'a.txt': numbered(6) })
    expect(texts['a.txt']).toBe(numbered(6).replace('line 3', 'LINE 3'))
    expect(notes.join()).toContain('wrong line counts')
  })

  it('keeps the base`s own bytes where only blanks at line ends differ', async () => {
    const patch = diffOf('a.txt', '@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n')
    const { texts, notes } = await textsAfter(patch, { 'a.txt': 'one  \r\ntwo\r\nthree\t\r\n' })
    expect(texts['a.txt']).toBe('one  \r\nTWO\r\nthree\t\r\n')
    expect(notes.join()).toContain('blanks at its line ends')
    expect(notes.join()).toContain('CRLF')
  })

  it('names the nearest lines when the old lines are not there', async () => {
    const patch = diffOf('a.py', '@@ -1,2 +1,2 @@\n def total(items):\n-    return sum(item)\n+    return 0\n')
    await expect(
      textsAfter(patch, { 'a.py': 'import x\n\ndef total(items):\n    return sum(items)\n' }),
    ).rejects.toThrow(/3 \| def total\(items\):/)
  })

  it('reads creations, deletions, renames and modes', async () => {
    const patch = [
      'diff --git a/new file.txt b/new file.txt\nnew file mode 100755\n--- /dev/null\n+++ b/new file.txt\t\n@@ -0,0 +1 @@\n+hello\n\\ No newline at end of file\n',
      'diff --git a/gone.txt b/gone.txt\ndeleted file mode 100644\n--- a/gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-bye\n',
      'diff --git a/old.txt b/dir/new.txt\nsimilarity index 100%\nrename from old.txt\nrename to dir/new.txt\n',
      'diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n',
    ].join('')
    const { parsed, texts } = await textsAfter(patch, { 'gone.txt': 'bye\n', 'old.txt': 'kept\n', 'run.sh': '#!\n' })
    expect(parsed.changes.map((change) => [change.kind, change.path])).toEqual([
      ['rename', 'dir/new.txt'],
      ['delete', 'gone.txt'],
      ['create', 'new file.txt'],
      ['modify', 'run.sh'],
    ])
    expect(texts['new file.txt']).toBe('hello')
    expect(parsed.changes.flatMap((change) => ('after' in change ? [change.after.mode] : []))).toEqual([
      '100644',
      '100755',
      '100755',
    ])
  })

  it('reads a diff out of prose and a fence', async () => {
    const patch = `Here you are:\n\`\`\`diff\n${diffOf('a.txt', '@@ -1 +1 @@\n-a\n+b\n')}\`\`\`\nDone.\n`
    const { texts, notes } = await textsAfter(patch, { 'a.txt': 'a\n' })
    expect(texts['a.txt']).toBe('b\n')
    expect(notes).toEqual(['the text around the fenced patch was left out'])
  })

  it('tells a removed line that looks like a header from a header', async () => {
    const patch = diffOf('a.sql', '@@ -1,2 +1,2 @@\n--- old comment\n+++ new comment\n select 1\n')
    const { texts } = await textsAfter(patch, { 'a.sql': '-- old comment\nselect 1\n' })
    expect(texts['a.sql']).toBe('++ new comment\nselect 1\n')
  })

  it.each([
    ['a file that is not there', diffOf('none.txt', '@@ -1 +1 @@\n-a\n+b\n'), 'PATCH_QUEUE_FILE_MISSING'],
    ['a new file that is there', '--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+x\n', 'PATCH_QUEUE_FILE_EXISTS'],
    ['a path outside the tree', diffOf('../a.txt', '@@ -1 +1 @@\n-a\n+b\n'), 'KERNEL_UNSAFE_PATH'],
    ['git`s own folder', diffOf('.GIT/config', '@@ -1 +1 @@\n-a\n+b\n'), 'KERNEL_UNSAFE_PATH'],
    ['a hunk of no file', '@@ -1 +1 @@\n-a\n+b\n', 'PATCH_QUEUE_MALFORMED_PATCH'],
    ['two names', '--- a/x.txt\n+++ b/y.txt\n@@ -1 +1 @@\n-a\n+b\n', 'PATCH_QUEUE_MALFORMED_PATCH'],
    ['a submodule', 'diff --git a/s b/s\nindex aaaaaaa..bbbbbbb 160000\n', 'PATCH_QUEUE_MALFORMED_PATCH'],
    [
      'a binary file without data',
      'diff --git a/a.txt b/a.txt\nBinary files a/a.txt and b/a.txt differ\n',
      'PATCH_QUEUE_MALFORMED_PATCH',
    ],
    [
      'a damaged binary file',
      'diff --git a/a.txt b/a.txt\nGIT binary patch\nliteral 5\nzcmZZZ\n\n',
      'PATCH_QUEUE_MALFORMED_PATCH',
    ],
    ['no text', ' \n', 'PATCH_QUEUE_EMPTY_PATCH'],
    ['prose', 'please change the colour\n', 'PATCH_QUEUE_MALFORMED_PATCH'],
  ])('refuses %s, with a remedy', async (_, patch, code) => {
    const refused = textsAfter(patch, { 'a.txt': 'a\n' })
    await expect(refused).rejects.toMatchObject({ code, kind: 'usage' })
    await expect(refused).rejects.toHaveProperty('remedy', expect.stringMatching(/\w/))
  })

  it('refuses more than the limits', async () => {
    const patch = diffOf('a.txt', '@@ -1 +1 @@\n-a\n+b\n')
    await expect(textsAfter(patch, { 'a.txt': 'a\n' }, { maxBytes: 10 })).rejects.toMatchObject({
      code: 'PATCH_QUEUE_PATCH_TOO_LARGE',
    })
  })
})
