import { afterAll, describe, expect, it } from 'vitest'
import { FileMerger, StructuredStrategy } from '../src/index.ts'
import { mergeStrategyContract } from '../src/testing/index.ts'
import { mergeTexts } from './merge-text.ts'

describe('the structured strategy', () => {
  mergeStrategyContract(
    { it, expect },
    {
      open: async () => new StructuredStrategy(),
      close: async (strategy) => {
        if (strategy instanceof StructuredStrategy) await strategy.close()
      },
    },
  )
})

/** path, base, ours, theirs, merged */
const settled: Record<string, [string, string, string, string, string]> = {
  'changes of neighbouring lines': [
    'a.ts',
    'const one = first(1)\nconst two = second(2)\n',
    'const one = first(10)\nconst two = second(2)\n',
    'const one = first(1)\nconst two = second(20)\n',
    'const one = first(10)\nconst two = second(20)\n',
  ],
  'changes of different words of a line': [
    'a.py',
    'def load(path, mode, limit):\n',
    'def load(file, mode, limit):\n',
    'def load(path, mode, size):\n',
    'def load(file, mode, size):\n',
  ],
  'a new parameter and a new name': [
    'a.ts',
    'export function draw(shape: Shape) {}\n',
    'export function render(shape: Shape) {}\n',
    'export function draw(shape: Shape, scale: number) {}\n',
    'export function render(shape: Shape, scale: number) {}\n',
  ],
  'imports of both sides': [
    'a.py',
    'import os\n\nrun()\n',
    'import os\nimport re\n\nrun()\n',
    'import os\nimport sys\n\nrun()\n',
    'import os\nimport re\nimport sys\n\nrun()\n',
  ],
  'imports of both sides, in their order': [
    'a.ts',
    "import a from 'a'\nimport b from 'b'\nimport k from 'k'\n",
    "import a from 'a'\nimport b from 'b'\nimport f from 'f'\nimport k from 'k'\n",
    "import a from 'a'\nimport b from 'b'\nimport d from 'd'\nimport k from 'k'\n",
    "import a from 'a'\nimport b from 'b'\nimport d from 'd'\nimport f from 'f'\nimport k from 'k'\n",
  ],
  'functions of both sides': [
    'a.py',
    'def a():\n    return 1\n',
    'def a():\n    return 1\n\n\ndef b():\n    return 2\n',
    'def a():\n    return 1\n\n\ndef c():\n    return 3\n',
    'def a():\n    return 1\n\n\ndef b():\n    return 2\n\n\ndef c():\n    return 3\n',
  ],
  'methods of both sides': [
    'a.ts',
    'class A {\n  one() {\n    return 1\n  }\n}\n',
    'class A {\n  one() {\n    return 1\n  }\n\n  two() {\n    return 2\n  }\n}\n',
    'class A {\n  one() {\n    return 1\n  }\n\n  three() {\n    return 3\n  }\n}\n',
    'class A {\n  one() {\n    return 1\n  }\n\n  two() {\n    return 2\n  }\n\n  three() {\n    return 3\n  }\n}\n',
  ],
  'elements of a list': [
    'a.ts',
    'const all = [\n  one,\n]\n',
    'const all = [\n  one,\n  two,\n]\n',
    'const all = [\n  one,\n  three,\n]\n',
    'const all = [\n  one,\n  two,\n  three,\n]\n',
  ],
  'decorators of both sides': [
    'a.py',
    'def a():\n    pass\n',
    '@cached\ndef a():\n    pass\n',
    '@traced\ndef a():\n    pass\n',
    '@cached\n@traced\ndef a():\n    pass\n',
  ],
  'keys and a version number of a manifest': [
    'package.json',
    '{\n  "version": "1.0.0",\n  "dependencies": {\n    "a": "1.0.0"\n  }\n}\n',
    '{\n  "version": "1.1.0",\n  "dependencies": {\n    "a": "1.0.0",\n    "b": "1.0.0"\n  }\n}\n',
    '{\n  "version": "1.2.0",\n  "dependencies": {\n    "a": "1.0.0",\n    "c": "1.0.0"\n  }\n}\n',
    '{\n  "version": "1.2.0",\n  "dependencies": {\n    "a": "1.0.0",\n    "b": "1.0.0",\n    "c": "1.0.0"\n  }\n}\n',
  ],
  'keys of YAML': [
    'a.yml',
    'on: push\n',
    'on: push\nname: ci\n',
    'on: push\nenv: {}\n',
    'on: push\nname: ci\nenv: {}\n',
  ],
  'keys of TOML': ['a.toml', 'a = 1\n', 'a = 1\nb = 2\n', 'a = 1\nc = 3\n', 'a = 1\nb = 2\nc = 3\n'],
  'entries of a changelog': [
    'CHANGELOG.md',
    '## Next\n\n- First\n',
    '## Next\n\n- First\n- Ours\n',
    '## Next\n\n- First\n- Theirs\n',
    '## Next\n\n- First\n- Ours\n- Theirs\n',
  ],
  'new indentation of one side, new content of the other': [
    'a.ts',
    'if (ready) {\n    start(1)\n    stop(1)\n}\n',
    'if (ready) {\n  start(1)\n  stop(1)\n}\n',
    'if (ready) {\n    start(2)\n    pause()\n    stop(1)\n}\n',
    'if (ready) {\n  start(2)\n  pause()\n  stop(1)\n}\n',
  ],
  'a block moved by one side and edited by the other': [
    'a.py',
    'def load(path):\n    return read(path)\n\n\ndef first():\n    one = 1\n    return one\n\n\ndef second():\n    two = 2\n    return two\n',
    'def first():\n    one = 1\n    return one\n\n\ndef second():\n    two = 2\n    return two\n\n\ndef load(path):\n    return read(path)\n',
    'def load(path):\n    return parse(path)\n\n\ndef first():\n    one = 1\n    return one\n\n\ndef second():\n    two = 2\n    return two\n',
    'def first():\n    one = 1\n    return one\n\n\ndef second():\n    two = 2\n    return two\n\n\ndef load(path):\n    return parse(path)\n',
  ],
  'a change of one side that the other made too, and more': [
    'a.ts',
    'run(a)\n',
    'run(a, b)\n',
    'run(a, b, c)\n',
    'run(a, b, c)\n',
  ],
  'the final release above a pre-release of an older one': [
    'package.json',
    '{\n  "version": "1.0.0"\n}\n',
    '{\n  "version": "2.0.0-beta.1"\n}\n',
    '{\n  "version": "1.0.5"\n}\n',
    '{\n  "version": "2.0.0-beta.1"\n}\n',
  ],
  'CRLF files': [
    'a.ts',
    'const one = first(1)\r\nconst two = second(2)\r\n',
    'const one = first(10)\r\nconst two = second(2)\r\n',
    'const one = first(1)\r\nconst two = second(20)\r\n',
    'const one = first(10)\r\nconst two = second(20)\r\n',
  ],
}

const lenient = new FileMerger({ confidence: 0, deadlineMs: 60_000 })
afterAll(() => lenient.close())

describe('what the rules settle', () => {
  it.each(Object.entries(settled))('%s', async (_, [path, base, ours, theirs, merged]) => {
    const result = await mergeTexts(path, { base, ours, theirs }, lenient)
    expect(result.text).toBe(merged)
    expect(result).toMatchObject({ clean: true, strategy: 'structured', needsReview: false })
  })
})

/** path, base, ours, theirs */
const left: Record<string, [string, string, string, string]> = {
  'the same word changed twice': ['a.ts', 'const x = 1\n', 'const x = 2\n', 'const x = 3\n'],
  'a rename and a new use of the old name': [
    'a.ts',
    'const rate = tax()\nconst sum = a\n',
    'const duty = tax()\nconst sum = a\n',
    'const rate = tax()\nconst sum = a * rate\n',
  ],
  'the same function added twice': [
    'a.py',
    'x = 1\n',
    'x = 1\n\n\ndef b():\n    return 1\n',
    'x = 1\n\n\ndef b():\n    return 2\n',
  ],
  'the same key added twice': [
    'a.json',
    '{\n  "a": 1\n}\n',
    '{\n  "a": 1,\n  "b": 2\n}\n',
    '{\n  "a": 1,\n  "b": 3\n}\n',
  ],
  'an edit of what was removed': ['a.py', 'a = 1\nb = 2\nc = 3\n', 'a = 1\nc = 3\n', 'a = 1\nb = 22\nc = 3\n'],
  'code moved and edited': [
    'a.py',
    'alpha = load(1)\nbeta = load(2)\ngamma = load(3)\n',
    'beta = load(2)\ngamma = load(3)\nalpha = load(1)\n',
    'alpha = load(10)\nbeta = load(2)\ngamma = load(3)\n',
  ],
}

describe('what it leaves', () => {
  it.each(Object.entries(left))('%s', async (_, [path, base, ours, theirs]) => {
    const result = await mergeTexts(path, { base, ours, theirs })
    expect(result).toMatchObject({ clean: false, strategy: 'conflict' })
    expect(result.notes.join()).toMatch(/^structured: \w/)
    expect(result.text).toContain('<<<<<<< ours\n')
  })
})

describe('the gate', () => {
  const [path, base, ours, theirs] = settled['changes of neighbouring lines'] ?? ['', '', '', '']

  it('says how sure an answer is', async () => {
    const { confidence } = await mergeTexts(path, { base, ours, theirs })
    expect(confidence).toBeGreaterThan(0.4)
    expect(confidence).toBeLessThan(1)
  })

  it('leaves what is less sure than asked, with the figures', async () => {
    const result = await mergeTexts(path, { base, ours, theirs }, { confidence: 1, proposeFrom: 1 })
    expect(result.clean).toBe(false)
    expect(result.notes.join()).toMatch(/structured: .*lines.*: \d\d % sure, 100 % wanted/)
  })

  it('marks for review what is between the two thresholds', async () => {
    const result = await mergeTexts(path, { base, ours, theirs }, { confidence: 1, proposeFrom: 0.1 })
    expect(result).toMatchObject({ clean: true, strategy: 'structured', needsReview: true })
  })

  it('is as sure one way round as the other', async () => {
    for (const [file, base, ours, theirs] of Object.values(settled)) {
      const one = await mergeTexts(file, { base, ours, theirs }, lenient)
      const other = await mergeTexts(file, { base, ours: theirs, theirs: ours }, lenient)
      expect(other.confidence).toBeCloseTo(one.confidence ?? Number.NaN, 10)
    }
  })

  it('is surer of two version numbers than of two functions with one body', async () => {
    const versions = await mergeTexts(
      'package.json',
      {
        base: '{\n  "version": "1.0.0"\n}\n',
        ours: '{\n  "version": "1.1.0"\n}\n',
        theirs: '{\n  "version": "1.2.0"\n}\n',
      },
      lenient,
    )
    const [file, old, mine, yours] = settled['functions of both sides'] ?? ['', '', '', '']
    const functions = await mergeTexts(file, { base: old, ours: mine, theirs: yours }, lenient)
    expect(versions.confidence ?? 0).toBeGreaterThan(functions.confidence ?? 1)
  })
})
