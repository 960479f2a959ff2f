import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasSyntaxErrors, type Language, languageOf, languages, parseTree, type SyntaxNode } from '../src/index.ts'

const valid: Record<Language, string> = {
  typescript: 'export function a<T>(x: T): T { return x }\n',
  tsx: 'export const A = (): JSX.Element => <div id="a">{1}</div>\n',
  javascript: 'const a = () => <b>{1}</b>\n',
  python: 'def a(x: int) -> int:\n    return x\n',
  go: 'package a\n\nfunc A() int { return 1 }\n',
  rust: 'pub fn a() -> u8 { 1 }\n',
  java: 'class A { int a() { return 1; } }\n',
  c: 'int a(void) { return 1; }\n',
  cpp: 'class A { public: int a() { return 1; } };\n',
  csharp: 'class A { int B() { return 1; } }\n',
  ruby: 'def a\n  1\nend\n',
  php: '<?php function a() { return 1; }\n',
  json: '{"a": [1, true, null]}\n',
  yaml: 'a:\n  - b: 1\n  - c\n',
  toml: '[a]\nb = [1, 2]\n',
}
const broken: Record<Language, string> = {
  typescript: 'export function (\n',
  tsx: 'const A = <div>\n',
  javascript: 'const = 1 +\n',
  python: 'def a(:\n    return\n',
  go: 'package a\n\nfunc A( {\n',
  rust: 'fn a( -> u8 {\n',
  java: 'class A { int a( {\n',
  c: 'int a( { return\n',
  cpp: 'class A { int a( {\n',
  csharp: 'class A { int B( {\n',
  ruby: 'def a(\n',
  php: '<?php function a( {\n',
  json: '{"a": [1,}\n',
  yaml: 'a: [1, 2\nb: }\n',
  toml: '[a\nb = \n',
}

describe('parseTree', () => {
  it.each(languages)('parses %s, and knows a broken source from a whole one', async (language) => {
    expect((await parseTree(language, valid[language])).hasError).toBe(false)
    expect((await parseTree(language, broken[language])).hasError).toBe(true)
  })

  it('gives ranges that slice the source, astral characters included', async () => {
    const source = 'const a = "😀"; const name = 1\n'
    const tree = await parseTree('typescript', source)
    const names = leaves(tree.root).filter((node) => node.type === 'identifier')
    expect(names.map((node) => source.slice(node.start, node.end))).toEqual(['a', 'name'])
  })

  it('names fields and counts lines from 1', async () => {
    const { root } = await parseTree('python', '\ndef f():\n    pass\n')
    const definition = root.children[0]
    expect(definition).toMatchObject({ type: 'function_definition', startLine: 2, endLine: 3 })
    expect(definition?.children.find((node) => node.field === 'name')?.type).toBe('identifier')
  })

  it('keeps everything but white space in its leaves, whatever the source', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme-ascii', maxLength: 80 }), async (text) => {
        const { root } = await parseTree('json', text)
        let at = 0
        for (const leaf of leaves(root)) {
          expect(leaf.start).toBeGreaterThanOrEqual(at)
          expect(leaf.end).toBeGreaterThanOrEqual(leaf.start)
          at = leaf.end
        }
        expect(at).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: 50 },
    )
  })

  it('refuses what is too long, too deep or too slow', async () => {
    await expect(parseTree('json', ' '.repeat(11), { maxLength: 10 })).rejects.toMatchObject({ code: 'SYNTAX_LIMIT' })
    await expect(parseTree('json', '['.repeat(300) + ']'.repeat(300), { maxDepth: 200 })).rejects.toMatchObject({
      code: 'SYNTAX_LIMIT',
    })
    const long = 'const a = 1\n'.repeat(50_000)
    await expect(parseTree('typescript', long, { timeoutMs: 0 })).rejects.toMatchObject({ code: 'SYNTAX_LIMIT' })
    await expect(parseTree('typescript', long, { maxSteps: 3 })).rejects.toThrow('exceeds the limit of 3 steps')
    await expect(parseTree('typescript', long, { maxSteps: 60_000 })).resolves.toMatchObject({ hasError: false })
  })
})

describe('hasSyntaxErrors', () => {
  it('judges by the name of the file', async () => {
    expect(await hasSyntaxErrors('a/b.py', 'def f(): pass\n')).toBe(false)
    expect(await hasSyntaxErrors('a/b.py', 'def f( pass\n')).toBe(true)
    expect(await hasSyntaxErrors('a/b.unknown', 'def f( pass\n')).toBeUndefined()
  })

  it('takes comments in JSON', async () => {
    expect(await hasSyntaxErrors('tsconfig.json', '{\n  // why\n  "a": 1\n}\n')).toBe(false)
  })
})

describe('languageOf', () => {
  it('goes by extension and name', () => {
    expect(languageOf('src/a.d.ts')).toBe('typescript')
    expect(languageOf('a/constructor')).toBeUndefined()
    expect(languageOf('.json')).toBeUndefined()
    expect(languageOf('x.constructor')).toBeUndefined()
    expect(languageOf('Gemfile')).toBe('ruby')
  })
})

function leaves(node: SyntaxNode): SyntaxNode[] {
  return node.children.length === 0 ? [node] : node.children.flatMap(leaves)
}
