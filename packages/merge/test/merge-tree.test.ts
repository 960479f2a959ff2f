import { describe, expect, it } from 'vitest'
import { mergeTrees } from '../src/structured/merge-tree.ts'

const merged = async (path: string, base: string, ours: string, theirs: string) =>
  (await mergeTrees({ path, base, ours, theirs }))?.('ours-first')?.text

/** path, base, ours, theirs, merged */
const cases: Record<string, [string, string, string, string, string]> = {
  'names imported by both sides': [
    'a.ts',
    "import { one } from 'a'\n",
    "import { one, two } from 'a'\n",
    "import { one, three } from 'a'\n",
    "import { one, two, three } from 'a'\n",
  ],
  'a list broken into lines by one side, and an element by the other': [
    'a.ts',
    'const all = [one, two]\n',
    'const all = [\n  one,\n  two\n]\n',
    'const all = [one, second]\n',
    'const all = [\n  one,\n  second\n]\n',
  ],
  'members of a class': [
    'a.ts',
    'class A {\n  one() {}\n}\n',
    'class A {\n  one() {}\n\n  two() {}\n}\n',
    'class A {\n  one() {}\n\n  three() {}\n}\n',
    'class A {\n  one() {}\n\n  two() {}\n\n  three() {}\n}\n',
  ],
  'a new parameter and a new body': [
    'a.py',
    'def f(a):\n    return a\n',
    'def f(a, b):\n    return a\n',
    'def f(a):\n    return a + 1\n',
    'def f(a, b):\n    return a + 1\n',
  ],
  'keys of JSON': ['a.json', '{"a": 1}', '{"a": 1, "b": 2}', '{"a": 1, "c": 3}', '{"a": 1, "b": 2, "c": 3}'],
  'keys of YAML': ['a.yml', 'a: 1\n', 'a: 1\nb: 2\n', 'a: 1\nc: 3\n', 'a: 1\nb: 2\nc: 3\n'],
  decorators: [
    'a.py',
    'def f():\n    pass\n\n\n@x\ndef g():\n    pass\n',
    'def f():\n    pass\n\n\n@x\n@y\ndef g():\n    pass\n',
    'def f():\n    pass\n\n\n@x\n@z\ndef g():\n    pass\n',
    'def f():\n    pass\n\n\n@x\n@y\n@z\ndef g():\n    pass\n',
  ],
}

describe('a merge of syntax trees', () => {
  it.each(Object.entries(cases))('takes %s', async (_, [path, base, ours, theirs, text]) => {
    expect(await merged(path, base, ours, theirs)).toBe(text)
  })

  it('gives up where two changes meet', async () => {
    expect(await merged('a.ts', 'f(1)\n', 'f(2)\n', 'f(3)\n')).toBeUndefined()
  })

  it('gives up where one side removed what the other changed', async () => {
    expect(await merged('a.py', 'a = 1\nb = 2\n', 'b = 2\n', 'a = 3\nb = 2\n')).toBeUndefined()
  })

  it('keeps the order of statements: two at one place are left', async () => {
    expect(await merged('a.ts', 'a()\n', 'a()\nb()\n', 'a()\nc()\n')).toBeUndefined()
  })

  it('leaves what does not parse, and what has no grammar', async () => {
    expect(await merged('a.ts', 'a(\n', 'b(\n', 'a(c\n')).toBeUndefined()
    expect(await merged('a.txt', 'a\n', 'b\n', 'a\n')).toBeUndefined()
  })
})
