import { describe, expect, it } from 'vitest'
import { textsAfter } from './formats-base.ts'

const shop =
  'class Cart:\n    def total(self):\n        return 0\n\n\nclass Order:\n    def total(self):\n        return 0\n'

describe('search/replace blocks', () => {
  it('replaces each block in the base', async () => {
    const patch =
      '**src/a.py**\n```python\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n```\n\n```\n<<<<<<< SEARCH\ny = 1\n=======\ny = 2\n>>>>>>> REPLACE\n```\n'
    const { texts, notes } = await textsAfter(patch, { 'src/a.py': 'x = 1\nmid\ny = 1\n' })
    expect(texts['src/a.py']).toBe('x = 2\nmid\ny = 2\n')
    expect(notes.join()).toContain('src/a.py')
  })

  it('creates a file from an empty search', async () => {
    const { parsed } = await textsAfter('n.py\n<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE\n', {})
    expect(parsed.changes[0]?.kind).toBe('create')
  })

  it('refuses a block that stands twice, naming the lines', async () => {
    const patch = 'a.py\n<<<<<<< SEARCH\n    def total(self):\n        return 0\n=======\n    pass\n>>>>>>> REPLACE\n'
    await expect(textsAfter(patch, { 'a.py': shop })).rejects.toMatchObject({ lines: [2, 7] })
  })

  it('refuses blocks that overlap', async () => {
    const block = (from: string, to: string) => `a.txt\n<<<<<<< SEARCH\n${from}=======\n${to}>>>>>>> REPLACE\n`
    const patch = block('a\nb\n', 'x\n') + block('b\nc\n', 'y\n')
    await expect(textsAfter(patch, { 'a.txt': 'a\nb\nc\n' })).rejects.toMatchObject({
      code: 'PATCH_QUEUE_EDITS_OVERLAP',
    })
  })

  it.each([
    'a.py\n<<<<<<< SEARCH\nx\n',
    'a.py\n<<<<<<< SEARCH\nx\n=======\ny\n',
    '<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n',
  ])('refuses a block that is not whole', async (patch) => {
    await expect(textsAfter(patch, { 'a.py': 'x\n' })).rejects.toMatchObject({ code: 'PATCH_QUEUE_MALFORMED_PATCH' })
  })
})

describe('*** Begin Patch', () => {
  it('adds, updates, moves and deletes', async () => {
    const patch =
      '*** Begin Patch\n*** Add File: new.txt\n+hello\n*** Update File: a.py\n*** Move to: b.py\n@@\n x = 1\n-y = 1\n+y = 2\n*** Delete File: gone.txt\n*** End Patch\n'
    const { texts, parsed } = await textsAfter(patch, { 'a.py': 'x = 1\ny = 1\n', 'gone.txt': 'bye\n' })
    expect(texts).toEqual({ 'b.py': 'x = 1\ny = 2\n', 'gone.txt': null, 'new.txt': 'hello\n' })
    expect(parsed.changes[0]).toMatchObject({ kind: 'rename', from: 'a.py' })
  })

  it('tells two equal places apart by the anchor', async () => {
    const patch =
      '*** Begin Patch\n*** Update File: a.py\n@@ class Order:\n     def total(self):\n-        return 0\n+        return 1\n*** End Patch\n'
    const { texts } = await textsAfter(patch, { 'a.py': shop })
    expect(texts['a.py']).toBe(shop.replace(/return 0\n$/, 'return 1\n'))
  })

  it('refuses two equal places without an anchor', async () => {
    const patch =
      '*** Begin Patch\n*** Update File: a.py\n@@\n     def total(self):\n-        return 0\n+        return 1\n*** End Patch\n'
    await expect(textsAfter(patch, { 'a.py': shop })).rejects.toMatchObject({ code: 'PATCH_QUEUE_EDIT_AMBIGUOUS' })
  })

  it('puts pure additions behind their anchor, not at the end', async () => {
    const patch = '*** Begin Patch\n*** Update File: a.py\n@@ class Order:\n+    rate = 1\n*** End Patch\n'
    const { texts } = await textsAfter(patch, { 'a.py': shop })
    expect(texts['a.py']).toContain('class Order:\n    rate = 1\n')
  })

  it('gives added lines the line ends of a CRLF file', async () => {
    const patch = '*** Begin Patch\n*** Update File: a.txt\n@@\n one\n-two\n+TWO\n*** End Patch\n'
    const { texts } = await textsAfter(patch, { 'a.txt': 'one\r\ntwo\r\n' })
    expect(texts['a.txt']).toBe('one\r\nTWO\r\n')
  })
})

describe('edits as JSON', () => {
  it('takes replacements within a line, whole files, deletions, renames and modes', async () => {
    const patch = JSON.stringify({
      edits: [
        { path: 'a.txt', search: 'blue', replace: 'red' },
        { file_path: 'a.txt', old_string: 'x', new_string: 'y', replace_all: true },
        { path: 'b.txt', content: 'whole\n' },
        { path: 'c.txt', delete: true },
        { path: 'd.txt', rename: 'e.txt' },
        { path: 'run.sh', mode: '100755' },
      ],
    })
    const files = { 'a.txt': 'x blue x\n', 'c.txt': 'c\n', 'd.txt': 'd\n', 'run.sh': '#!\n' }
    const { texts, notes } = await textsAfter(patch, files)
    expect(texts).toEqual({ 'a.txt': 'y red y\n', 'b.txt': 'whole\n', 'c.txt': null, 'e.txt': 'd\n', 'run.sh': '#!\n' })
    expect(notes.join()).toContain('"old_string" was read as "search"')
  })

  it('refuses a text that stands twice, and one that is of no known kind', async () => {
    const twice = JSON.stringify([{ path: 'a.txt', search: 'x', replace: 'y' }])
    await expect(textsAfter(twice, { 'a.txt': 'x\nx\n' })).rejects.toMatchObject({ code: 'PATCH_QUEUE_EDIT_AMBIGUOUS' })
    await expect(textsAfter('[{"path":"a.txt","sed":"s/x/y/"}]', {})).rejects.toMatchObject({
      code: 'PATCH_QUEUE_MALFORMED_PATCH',
    })
    await expect(textsAfter('[{"path":', {})).rejects.toMatchObject({ code: 'PATCH_QUEUE_MALFORMED_PATCH' })
  })

  it('calls a patch that changes nothing empty', async () => {
    const patch = JSON.stringify([{ path: 'a.txt', content: 'same\n' }])
    await expect(textsAfter(patch, { 'a.txt': 'same\n' })).rejects.toMatchObject({ code: 'PATCH_QUEUE_EMPTY_PATCH' })
    await expect(textsAfter('[]', {})).rejects.toMatchObject({ code: 'PATCH_QUEUE_EMPTY_PATCH' })
  })
})

describe('whole files', () => {
  it('reads named files between fences', async () => {
    const { texts } = await textsAfter('a.txt\n```\nnew\n```\n\n`b/c.py`\n```python\nx = 1\n```\n', {
      'a.txt': 'old\n',
    })
    expect(texts).toEqual({ 'a.txt': 'new\n', 'b/c.py': 'x = 1\n' })
  })

  it('takes the text itself when told the path', async () => {
    const { texts } = await textsAfter('--- any\n+++ thing\n', { 'a.txt': 'old\n' }, { format: 'whole', path: 'a.txt' })
    expect(texts['a.txt']).toBe('--- any\n+++ thing\n')
  })
})
