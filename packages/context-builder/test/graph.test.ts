import { describe, expect, it } from 'vitest'
import { CodeIndex, GraphBuilder, MemoryTreeReader, testsOf } from '../src/index.ts'

async function graphOf(files: Record<string, string>) {
  const reader = new MemoryTreeReader()
  const commit = reader.commit({ message: 'a', files })
  const index = await CodeIndex.open({ reader })
  const view = await index.view({ commit })
  const graph = await new GraphBuilder(reader).of(view)
  const imports = (path: string) => (graph.imports[view.position(path) ?? -1] ?? []).map((at) => view.file(at).path)
  const tests = (path: string) => testsOf(view, graph, view.position(path) ?? -1).map((at) => view.file(at).path)
  return { imports, tests, view, graph, reader, index, commit }
}

describe('imports', () => {
  it('resolves JavaScript and TypeScript: relative, built names, folders, paths, workspace packages, private imports', async () => {
    const { imports } = await graphOf({
      'packages/app/tsconfig.json': '{ "extends": "../../tsconfig.base.json" }',
      'tsconfig.base.json': '{ // shared\n "compilerOptions": { "paths": { "@lib/*": ["./packages/lib/src/*"], }, } }',
      'packages/app/package.json': '{ "name": "app", "imports": { "#config": "./src/config.ts" } }',
      'packages/lib/package.json':
        '{ "name": "@scope/lib", "exports": { ".": { "types": "./dist/index.d.ts", "default": "./dist/index.js" }, "./*": "./src/*.ts" } }',
      'packages/lib/src/index.ts': '',
      'packages/lib/src/deep.ts': '',
      'packages/lib/src/deeper.ts': '',
      'packages/app/src/config.ts': '',
      'packages/app/src/util/index.tsx': '',
      'packages/app/src/sibling.ts': '',
      'packages/app/src/main.ts': [
        "import './sibling.js'",
        "import { a } from './util'",
        "import b from '@scope/lib'",
        "import c from '@scope/lib/deep'",
        "import d from '@lib/deeper'",
        "import e from '#config'",
        "import f from 'outside'",
        "import g from './missing'",
      ].join('\n'),
    })
    expect(imports('packages/app/src/main.ts')).toEqual([
      'packages/app/src/config.ts',
      'packages/app/src/sibling.ts',
      'packages/app/src/util/index.tsx',
      'packages/lib/src/deep.ts',
      'packages/lib/src/deeper.ts',
      'packages/lib/src/index.ts',
    ])
  })

  it('resolves Python: packages from their roots, relative imports, submodules and attributes', async () => {
    const { imports } = await graphOf({
      'src/pkg/__init__.py': '',
      'src/pkg/a.py': '',
      'src/pkg/b.py': '',
      'src/pkg/sub/__init__.py': '',
      'src/pkg/sub/deep.py':
        'from .. import a\nfrom ..b import thing\nfrom . import *\nimport pkg.sub.deep.nothing\nimport os\n',
      'tests/test_a.py': 'from pkg.a import helper\nfrom pkg import b\nimport pkg.sub.deep\n',
    })
    expect(imports('src/pkg/sub/deep.py')).toEqual(['src/pkg/a.py', 'src/pkg/b.py', 'src/pkg/sub/__init__.py'])
    expect(imports('tests/test_a.py')).toEqual(['src/pkg/a.py', 'src/pkg/b.py', 'src/pkg/sub/deep.py'])
  })

  it('resolves Go, Rust, Java, C, Ruby and PHP', async () => {
    const { imports } = await graphOf({
      'go.mod': 'module example.org/web\n\ngo 1.22\n',
      'main.go': 'package main\nimport "example.org/web/render"\nimport "fmt"\n',
      'render/json.go': 'package render\n',
      'render/json_test.go': 'package render\n',
      'Cargo.toml': '[package]\nname = "my-tool"\n',
      'src/main.rs': 'mod search;\nuse crate::search::glob::Glob;\n',
      'src/search/mod.rs': 'pub mod glob;\n',
      'src/search/glob.rs': 'use super::Thing;\n',
      'java/org/a/Main.java': 'package org.a;\nimport org.b.Helper;\nimport static org.b.Helper.go;\n',
      'java/org/b/Helper.java': 'package org.b;\n',
      'c/main.c': '#include "list.h"\n#include <util/text.h>\n#include <stdio.h>\n',
      'c/list.h': '',
      'include/util/text.h': '',
      'lib/box.rb': "require 'box/lid'\nrequire_relative 'tape'\n",
      'lib/box/lid.rb': '',
      'lib/tape.rb': '',
      'php/Main.php': '<?php\nnamespace App;\nuse App\\Model\\User;\n',
      'php/Model/User.php': '<?php\nnamespace App\\Model;\nclass User {}\n',
    })
    expect(imports('main.go')).toEqual(['render/json.go'])
    expect(imports('src/main.rs')).toEqual(['src/search/glob.rs', 'src/search/mod.rs'])
    expect(imports('src/search/mod.rs')).toEqual(['src/search/glob.rs'])
    expect(imports('src/search/glob.rs')).toEqual(['src/search/mod.rs'])
    expect(imports('java/org/a/Main.java')).toEqual(['java/org/b/Helper.java'])
    expect(imports('c/main.c')).toEqual(['c/list.h', 'include/util/text.h'])
    expect(imports('lib/box.rb')).toEqual(['lib/box/lid.rb', 'lib/tape.rb'])
    expect(imports('php/Main.php')).toEqual(['php/Model/User.php'])
  })

  it('never leads out of the tree', async () => {
    const { imports } = await graphOf({
      'a.ts': "import '../../../etc/passwd'\nimport './a'\n",
      'b.rb': "require_relative '../../x'\n",
    })
    expect(imports('a.ts')).toEqual([])
    expect(imports('b.rb')).toEqual([])
  })
})

describe('testsOf', () => {
  it('finds tests by name and by import, nearest first', async () => {
    const { tests } = await graphOf({
      'src/views.py': '',
      'src/models.py': '',
      'tests/test_views.py': 'from src import views\n',
      'tests/test_all.py': 'from src import views, models\n',
      'pkg/render.go': 'package pkg\n',
      'pkg/render_test.go': 'package pkg\n',
    })
    expect(tests('src/views.py')).toEqual(['tests/test_views.py', 'tests/test_all.py'])
    expect(tests('src/models.py')).toEqual(['tests/test_all.py'])
    expect(tests('pkg/render.go')).toEqual(['pkg/render_test.go'])
  })

  it('takes the folder for the name where the name says nothing', async () => {
    const { tests } = await graphOf({
      'src/index.ts': '',
      'src/middleware/basic-auth/index.ts': '',
      'src/middleware/basic-auth/index.test.ts': '',
      'src/middleware/cors/index.ts': '',
      'src/middleware/cors.ts': '',
      'src/middleware/jwt/index.ts': '',
      'src/middleware/jwt/__tests__/index.test.ts': '',
      'test/cors/index.test.ts': '',
      'test/index.test.ts': '',
      'pkg/__init__.py': '',
      'pkg/views/__init__.py': '',
      'tests/__init__.py': '',
      'tests/models/__init__.py': '',
      'tests/test_views.py': '',
      'cmd/serve/main.go': '',
      'cmd/build/main.go': '',
      'cmd/build/main_test.go': '',
    })
    expect(tests('src/middleware/basic-auth/index.ts')).toEqual(['src/middleware/basic-auth/index.test.ts'])
    expect(tests('src/middleware/cors/index.ts')).toEqual(['test/cors/index.test.ts'])
    expect(tests('src/middleware/cors.ts')).toEqual(['test/cors/index.test.ts'])
    expect(tests('src/middleware/jwt/index.ts')).toEqual(['src/middleware/jwt/__tests__/index.test.ts'])
    expect(tests('src/index.ts')).toEqual(['test/index.test.ts'])
    expect(tests('pkg/__init__.py')).toEqual([])
    expect(tests('pkg/views/__init__.py')).toEqual(['tests/test_views.py'])
    expect(tests('cmd/serve/main.go')).toEqual([])
    expect(tests('cmd/build/main.go')).toEqual(['cmd/build/main_test.go'])
  })
})

describe('GraphBuilder', () => {
  it('gives for a changed file what a builder of its own gives', async () => {
    const files = { 'a.ts': "import './b'\n", 'b.ts': '', 'c.ts': '' }
    const { reader, index, commit } = await graphOf(files)
    const next = reader.commit({ message: 'b', files: { ...files, 'a.ts': "import './c'\n" } })
    const shared = new GraphBuilder(reader)
    const views = [await index.view({ commit }), await index.view({ commit: next })]
    for (const view of views)
      expect((await shared.of(view)).imports).toEqual((await new GraphBuilder(reader).of(view)).imports)
  })
})
