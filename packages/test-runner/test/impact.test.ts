import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type Impact, TestImpactAnalyzer } from '../src/index.ts'
import { type TemporaryProject, temporaryProject } from './project.ts'

let project: TemporaryProject | undefined
afterEach(() => project?.dispose())

async function affected(files: Record<string, string>, changed: string[], deleted: string[] = []): Promise<Impact> {
  project = await temporaryProject(files)
  return new TestImpactAnalyzer().affected({ directory: project.directory, changed, deleted })
}

async function affectedPaths(
  files: Record<string, string>,
  changed: string[],
  deleted: string[] = [],
): Promise<string[]> {
  return (await affected(files, changed, deleted)).tests.map((test) => test.path)
}

const node = { 'package.json': '{ "name": "top", "scripts": { "test": "vitest run" } }' }

describe('scripts', () => {
  const chain = {
    ...node,
    'src/deep.ts': 'export const deep = 1',
    'src/barrel.ts': "export * from './deep.js'\nexport * from './other'",
    'src/other/index.ts': 'export const other = 1',
    'test/far.test.ts': "import { deep } from '../src/barrel'",
    'test/near.test.ts': "import { other } from '../src/other'",
    'test/alone.test.ts': 'export {}',
  }

  it('follows imports through barrels, and says the way', async () => {
    const impact = await affected(chain, ['src/deep.ts'])
    expect(impact.tests.map(({ path, reasons }) => [path, reasons])).toEqual([
      ['test/far.test.ts', ['it uses src/deep.ts, which changed, through src/barrel.ts']],
    ])
    expect(impact).toMatchObject({ known: 3, skipped: 2, fullRun: [] })
    expect(impact.plans).toMatchObject([{ files: ['test/far.test.ts'] }])
  })

  it('selects a changed test itself, and what still names a deleted file', async () => {
    expect(await affectedPaths(chain, ['test/alone.test.ts'])).toEqual(['test/alone.test.ts'])
    const { 'src/deep.ts': _gone, ...rest } = chain
    expect(await affectedPaths(rest, [], ['src/deep.ts'])).toEqual(['test/far.test.ts'])
  })

  it('does not ask for a deleted test to be run', async () => {
    const { 'test/alone.test.ts': _gone, ...rest } = chain
    expect(await affectedPaths(rest, [], ['test/alone.test.ts'])).toEqual([])
  })

  it.each([
    ['require', "const a = require('../src/a')"],
    ['dynamic import', "const a = await import('../src/a.js')"],
    ['mock', "vi.mock('../src/a', () => ({}))"],
    ['URL', "new URL('../src/a.ts', import.meta.url)"],
    ['child process', "spawn(process.execPath, ['src/a.ts'])"],
    ['imports map', "import '#a'"],
    ['compiler paths', "import '@/a'"],
    ['base folder', "import 'a'"],
    ['own name', "import 'top/a'"],
    ['name of its package', "import 'top'"],
    ['template', ['await import(`../src/$', '{name}.ts`)'].join('')],
    ['glob', "import.meta.glob('../src/*.ts')"],
    ['computed name', 'await import(name)'],
    ['hidden constant', "const name = '../src/a'\nawait import(name)"],
    ['name that is no constant', "let name = './none'\nname = 1\nawait import(name)"],
    ['type only', "import type { A } from '../src/a.ts'"],
    ['apostrophes before it', "// don't\nconst re = /'/; const a = require('../src/a')"],
    ['alias of a bundler', "import '~lib/a'"],
  ])('sees a file by %s', async (_name, source) => {
    const manifest = {
      name: 'top',
      scripts: { test: 'vitest' },
      imports: { '#a': './dist/a.js' },
      exports: { '.': './dist/a.js', './*': { import: './src/*.ts' } },
    }
    const files = {
      'package.json': JSON.stringify(manifest),
      'tsconfig.json': '{ // aliases\n "extends": "./tsconfig.base.json", }',
      'tsconfig.base.json': '{ "compilerOptions": { "baseUrl": "src", "paths": { "@/*": ["./*"] } } }',
      'src/a.ts': 'export {}',
      'test/x.test.ts': source,
      'test/y.test.ts': 'export {}',
    }
    expect(await affectedPaths(files, ['src/a.ts'])).toEqual(['test/x.test.ts'])
  })

  it('does not take a constant name, or a word in a sentence, for any name at all', async () => {
    const source = "const name = 'cloudflare:workers'\nawait import(name)\nit('works by require (of node)')"
    expect(await affectedPaths({ ...node, 'src/a.ts': '', 'x.test.ts': source }, ['src/a.ts'])).toEqual([])
  })

  it('selects the test that is named after a file, and the test of a snapshot', async () => {
    const files = {
      ...node,
      'src/thing.ts': '',
      'test/thing.test.ts': '',
      'test/b.test.ts': '',
      'test/__snapshots__/b.test.ts.snap': '',
    }
    expect(await affectedPaths(files, ['src/thing.ts'])).toEqual(['test/thing.test.ts'])
    expect(await affectedPaths(files, ['test/__snapshots__/b.test.ts.snap'])).toEqual(['test/b.test.ts'])
  })

  it('takes an import of a folder for its index alone', async () => {
    const more = { ...chain, 'src/other/unused.ts': '' }
    expect(await affectedPaths(more, ['src/other/unused.ts'])).toEqual([])
    expect(
      await affectedPaths({ ...more, 'test/dir.test.ts': "readdir('src/other')" }, ['src/other/unused.ts']),
    ).toEqual(['test/dir.test.ts'])
  })

  it('follows what the runner itself loads', async () => {
    const files = {
      ...chain,
      'vitest.config.ts':
        "export default { test: { setupFiles: ['./test/setup.ts'], coverage: { include: ['src/**'], exclude: [...[], 'src/deep.ts'] } } }",
      'test/setup.ts': "import './helper.ts'",
      'test/helper.ts': '',
    }
    expect(await affectedPaths(files, ['test/helper.ts'])).toHaveLength(3)
    expect(await affectedPaths(files, ['src/deep.ts'])).toEqual(['test/far.test.ts'])
  })
})

describe('rules', () => {
  const files = { ...node, 'src/a.ts': '', 'a.test.ts': "import './src/a'", 'b.test.ts': "readFileSync('data/b.csv')" }

  it.each(['pnpm-lock.yaml', '.nvmrc', 'package.json', 'tsconfig.json'])('runs everything for %s', async (path) => {
    const impact = await affected({ ...files, [path]: files['package.json'] ?? '' }, [path])
    expect(impact.fullRun).toHaveLength(1)
    expect(impact.plans).toMatchObject([{ files: 'all' }])
  })

  it('runs everything for data that nobody names, and the users of data that somebody does', async () => {
    expect(await affectedPaths({ ...files, 'data/b.csv': '' }, ['data/b.csv'])).toEqual(['b.test.ts'])
    const impact = await affected({ ...files, 'schema.sql': '' }, ['schema.sql'])
    expect(impact.fullRun).toEqual(['schema.sql changed, and nothing tells who depends on it'])
  })

  it('runs nothing for documents, unless a test names them', async () => {
    expect(await affectedPaths({ ...files, 'README.md': '', 'docs/x.md': '' }, ['README.md', 'docs/x.md'])).toEqual([])
    const reading = { ...files, 'README.md': '', 'c.test.ts': "readFile(join(dir, 'README.md'))" }
    expect(await affectedPaths(reading, ['README.md'])).toEqual(['c.test.ts'])
  })
})

describe('workspaces', () => {
  const manifest = (name: string, more: object = {}) =>
    JSON.stringify({ name, scripts: { test: 'vitest run' }, ...more })
  const files = {
    'package.json': '{ "name": "root", "scripts": { "test": "turbo run test" } }',
    'packages/a/package.json': manifest('@x/a', {
      exports: { '.': { '@x/source': './src/index.ts', default: './dist/index.js' } },
    }),
    'packages/a/src/index.ts': "export * from './part.ts'",
    'packages/a/src/part.ts': '',
    'packages/a/test/a.test.ts': "import '../src/index.ts'",
    'packages/b/package.json': manifest('@x/b', { dependencies: { '@x/a': 'workspace:^' } }),
    'packages/b/test/b.test.ts': "import '@x/a'",
    'packages/c/package.json': manifest('@x/c'),
    'packages/c/test/c.test.ts': '',
  }

  it('runs each test by the package that owns it, from its folder', async () => {
    const { plans } = await affected(files, ['packages/a/src/part.ts'])
    expect(plans.map((plan) => [plan.project.directory, plan.files])).toEqual(
      [
        ['packages/b', ['test/b.test.ts']],
        ['packages/a', ['test/a.test.ts']],
      ].sort(),
    )
  })

  it('takes a word that is also the name of a package for that package only where it is declared', async () => {
    const more = {
      ...files,
      'packages/b/test/word.test.ts': "log('@x/c')",
      'packages/c/src/index.ts': '',
      'scripts/load.ts': 'await import(name)',
      'packages/c/test/load.test.ts': "import '../../../scripts/load.ts'",
    }
    expect(await affectedPaths(more, ['packages/c/src/index.ts'])).toEqual(['packages/c/test/load.test.ts'])
  })

  it('counts a changed manifest as a change of its package and of what depends on it', async () => {
    const impact = await affected(files, ['packages/a/package.json'])
    expect(impact.tests.map((test) => test.path)).toEqual(['packages/a/test/a.test.ts', 'packages/b/test/b.test.ts'])
    expect(impact.tests[1]?.reasons[0]).toContain('packages/a/package.json changed, which configures packages/a')
  })
})

describe('Python', () => {
  const files = {
    'pyproject.toml': '[tool.pytest.ini_options]\naddopts = "-q"\n',
    'src/pkg/__init__.py': 'from .core import run',
    'src/pkg/core.py': 'from . import (\n    helpers as h,  # why\n    data,\n)\n',
    'src/pkg/helpers.py': '',
    'src/pkg/data.py': '',
    'src/pkg/alone.py': '',
    'tests/conftest.py': 'import support\n',
    'tests/support.py': '',
    'tests/test_core.py': 'from pkg.core import run\n',
    'tests/sub/conftest.py': '',
    'tests/sub/test_sub.py': 'def test_x(): pass\n',
  }

  it('follows absolute and relative imports', async () => {
    expect(await affectedPaths(files, ['src/pkg/helpers.py'])).toEqual(['tests/test_core.py'])
    expect(await affectedPaths(files, ['src/pkg/alone.py'])).toEqual([])
  })

  it.each([
    ['import pkg.alone as a'],
    ['import os, pkg.alone'],
    ['from pkg import alone'],
    ['from pkg import (\n  run,\n  alone\n)'],
    ['from pkg import run, \\\n  alone'],
    ['try: import pkg.alone\nexcept ImportError: pass'],
    ['importlib.import_module("pkg.alone")'],
    ['mock.patch("pkg.alone.thing")'],
    ['def test():\n    from pkg.alone import x'],
    ['runpy.run_path("src/pkg/alone.py")'],
  ])('sees %j', async (source) => {
    expect(await affectedPaths({ ...files, 'tests/test_new.py': source }, ['src/pkg/alone.py'])).toEqual([
      'tests/test_new.py',
    ])
  })

  it('runs what a conftest governs, also when only its helper changed', async () => {
    expect(await affectedPaths(files, ['tests/sub/conftest.py'])).toEqual(['tests/sub/test_sub.py'])
    expect(await affectedPaths(files, ['tests/support.py'])).toEqual(['tests/sub/test_sub.py', 'tests/test_core.py'])
  })

  it('counts a package as used by whoever imports a part of it', async () => {
    expect(await affectedPaths(files, ['src/pkg/__init__.py'])).toEqual(['tests/test_core.py'])
  })
})

it('never misses a test on a chain of imports of any shape', async () => {
  const forms = [
    "import './NAME'",
    "export * from './NAME.js'",
    "require('./NAME.ts')",
    "import type { T } from './NAME'",
    "vi.mock('./NAME')",
  ]
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(forms.length - 1), { minLength: 1, maxLength: 8 }),
      fc.nat(7),
      async (chain, at) => {
        const files: Record<string, string> = { ...node }
        chain.forEach((form, index) => {
          files[`m${index}.ts`] = (forms[form] ?? '').replace('NAME', `m${index + 1}`)
        })
        files[`m${chain.length}.ts`] = ''
        files['x.test.ts'] = "import './m0'"
        files['y.test.ts'] = ''
        const changed = `m${Math.min(at, chain.length)}.ts`
        expect(await affectedPaths(files, [changed])).toEqual(['x.test.ts'])
        await project?.dispose()
      },
    ),
    { numRuns: 30 },
  )
})
