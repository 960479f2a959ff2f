import { describe, expect, it } from 'vitest'
import { analyzeSource, extractorVersion, findReferences, type Language, signatureOf } from '../src/index.ts'

interface Sample {
  language: Language
  source: string
  definitions: string[]
  imports: string[]
}

const samples: Sample[] = [
  {
    language: 'typescript',
    source: `import { a } from './a.ts'
export * from "./b"
const c = require('c')
const lazy = () => import('./lazy')
export interface Shape { area(): number }
export type Name = string
export enum Colour { Red }
export const limit = 3
export class Box extends Base {
  #size = 1
  area(): number { return 1 }
}
export function make<T>(x: T): Box { return new Box() }
`,
    definitions: [
      'variable c',
      'function lazy',
      'interface Shape',
      'method area',
      'type Name',
      'enum Colour',
      'variable limit',
      'class Box',
      'method area',
      'function make',
    ],
    imports: ['./a.ts', './b', 'c', './lazy'],
  },
  {
    language: 'javascript',
    source: `var app = exports = module.exports = {}
app.use = function use(fn) { return fn }
exports.handle = (req) => req
class A {}
import x from './x.json' with { type: 'json' }
`,
    definitions: ['variable app', 'function use', 'function handle', 'class A'],
    imports: ['./x.json'],
  },
  {
    language: 'python',
    source: `"""Module words."""
import os.path as p, sys
from . import sibling
from ..pkg.mod import (
    One,  # why
    Two as Other,
)
LIMIT = 3

class Box(Base):
    size = 1

    @property
    def area(self) -> int:
        """How much."""
        return 1

async def make(): ...
`,
    definitions: ['variable LIMIT', 'class Box', 'field size', 'method area', 'function make'],
    imports: ['os.path', 'sys', '. sibling', '..pkg.mod One Two'],
  },
  {
    language: 'go',
    source: `package web
import (
  "fmt"
  x "example.org/y/z"
)
type Engine struct { A int }
const Limit = 1
var pool Pool
func New() *Engine { return nil }
func (e *Engine) Run(addr ...string) error { return nil }
`,
    definitions: ['type Engine', 'variable Limit', 'variable pool', 'function New', 'method Run'],
    imports: ['fmt', 'example.org/y/z'],
  },
  {
    language: 'rust',
    source: `use crate::a::{b::C, d as e, self};
mod child;
pub struct Box { a: u8 }
impl Shape for Box { fn area(&self) -> u8 { 1 } }
pub fn make() -> Box { todo!() }
macro_rules! m { () => {} }
`,
    definitions: ['class Box', 'implementation Box', 'method area', 'function make', 'macro m'],
    imports: ['crate::a::b::C', 'crate::a::d', 'crate::a', 'child'],
  },
  {
    language: 'java',
    source:
      'package a.b;\nimport a.c.D;\nimport static a.E.*;\npublic class Box { int size; int area() { return 1; } }\n',
    definitions: ['class Box', 'field size', 'method area'],
    imports: ['a.c.D', 'a.E.*'],
  },
  {
    language: 'c',
    source:
      '#include <stdio.h>\n#include "box.h"\n#define LIMIT 3\nstruct box { int a; };\nint make(void);\nstatic char *name(int x) { return 0; }\n',
    definitions: ['macro LIMIT', 'class box', 'declaration make', 'function name'],
    imports: ['stdio.h', 'box.h'],
  },
  {
    language: 'cpp',
    source: '#include "box.hpp"\nnamespace n {\nclass Box { public: int area(); };\nint Box::area() { return 1; }\n}\n',
    definitions: ['module n', 'class Box', 'declaration area', 'function Box::area'],
    imports: ['box.hpp'],
  },
  {
    language: 'csharp',
    source:
      'using System.Text;\nnamespace A.B;\npublic class Box { public int Size { get; } int Area() { return 1; } }\n',
    definitions: ['class Box', 'field Size', 'method Area'],
    imports: ['System.Text'],
  },
  {
    language: 'ruby',
    source:
      "require 'json'\nrequire_relative 'lib/box'\nmodule A\n  class Box\n    LIMIT = 1\n    def area; 1; end\n    def self.make; end\n  end\nend\n",
    definitions: ['module A', 'class Box', 'variable LIMIT', 'method area', 'method make'],
    imports: ['json', 'lib/box'],
  },
  {
    language: 'php',
    source:
      "<?php\nnamespace A\\B;\nuse A\\C\\{D, E as F};\nrequire_once __DIR__ . '/box.php';\nclass Box { public function area() { return 1; } }\nfunction make() {}\n",
    definitions: ['class Box', 'method area', 'function make'],
    imports: ['A\\C\\D', 'A\\C\\E', '/box.php'],
  },
]

describe('analyzeSource', () => {
  it.each(samples)('finds definitions and imports in $language', async ({ language, source, definitions, imports }) => {
    const analysis = await analyzeSource(language, source)
    expect(analysis.definitions.map(({ kind, name }) => `${kind} ${name}`)).toEqual(definitions)
    expect(analysis.imports.map(({ specifier, names }) => [specifier, ...names].join(' '))).toEqual(imports)
  })

  it('finds comments and documentation strings, and nesting', async () => {
    const source = samples[2]?.source ?? ''
    const analysis = await analyzeSource('python', source)
    expect(analysis.comments.map(({ start, end }) => source.slice(start, end))).toEqual([
      '"""Module words."""',
      '# why',
      '"""How much."""',
    ])
    const area = analysis.definitions.find(({ name }) => name === 'area')
    expect(analysis.definitions[area?.container ?? -1]?.name).toBe('Box')
  })

  it('analyses as far as it can around a syntax error', async () => {
    const analysis = await analyzeSource(
      'typescript',
      'export function good() {}\nfunction (\nexport function other() {}\n',
    )
    expect(analysis.hasError).toBe(true)
    expect(analysis.definitions.map(({ name }) => name)).toContain('good')
  })

  it('tells the package a source declares', async () => {
    expect((await analyzeSource('java', samples[5]?.source ?? '')).packageName).toBe('a.b')
    expect((await analyzeSource('go', samples[3]?.source ?? '')).packageName).toBe('web')
  })
})

describe('signatureOf', () => {
  it('is the head on one line', async () => {
    const heads = async (language: Language, source: string) => {
      const analysis = await analyzeSource(language, source)
      return analysis.definitions.map((definition) => signatureOf(source, language, definition))
    }
    expect(
      await heads(
        'typescript',
        'export async function a<T>(\n  x: { y: T },\n  z = 1,\n): Promise<T> {\n  return x.y\n}\n',
      ),
    ).toEqual(['export async function a<T>( x: { y: T }, z = 1, ): Promise<T>'])
    expect(await heads('python', 'class A(B):\n    def f(self, x: int = {1: 2}[1]) -> str:\n        pass\n')).toEqual([
      'class A(B)',
      'def f(self, x: int = {1: 2}[1]) -> str',
    ])
    expect(await heads('go', 'package a\nfunc (e *Engine) Run(addr ...string) error {\n\treturn nil\n}\n')).toEqual([
      'func (e *Engine) Run(addr ...string) error',
    ])
    expect(await heads('csharp', 'public class Box\n{\n}\n')).toEqual(['public class Box'])
  })
})

describe('findReferences', () => {
  it('finds identifiers, not words in comments, strings or longer names', async () => {
    const source = '// box\nconst box = 1\nconst boxes = "box" + box\nuse({ box })\n'
    expect(await findReferences('typescript', source, 'box')).toEqual([
      { line: 2, column: 7 },
      { line: 3, column: 23 },
      { line: 4, column: 7 },
    ])
  })
})

describe('extractorVersion', () => {
  it('is a digest, the same at each call', async () => {
    expect(await extractorVersion()).toMatch(/^[0-9a-f]{64}$/)
    expect(await extractorVersion()).toBe(await extractorVersion())
  })
})
