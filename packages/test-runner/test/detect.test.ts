import { describe, expect, it } from 'vitest'
import { readTestScript } from '../src/detect/test-script.ts'
import { detectTestRunners, matchesGlob, ownerOfTest, UnreadableManifestError } from '../src/index.ts'
import { temporaryProject } from './project.ts'

async function detect(files: Record<string, string>) {
  const project = await temporaryProject(files)
  try {
    return await detectTestRunners({ directory: project.directory })
  } finally {
    await project.dispose()
  }
}

describe('detectTestRunners', () => {
  it.each([
    ['a vitest script', { 'package.json': '{ "scripts": { "test": "vitest run --coverage" } }' }, 'vitest'],
    [
      'a jest script behind a launcher',
      { 'package.json': '{ "scripts": { "test": "cross-env CI=1 npx jest --ci" } }' },
      'jest',
    ],
    ['jest settings', { 'package.json': '{ "jest": {} }' }, 'jest'],
    ['a vitest configuration', { 'package.json': '{}', 'vitest.config.ts': '' }, 'vitest'],
    [
      "node's own runner",
      { 'package.json': '{ "scripts": { "test": "node --import tsx --test test/*.ts" } }' },
      'node:test',
    ],
    ['another kind of script', { 'package.json': '{ "scripts": { "test": "mocha" } }', 'yarn.lock': '' }, 'yarn test'],
    ['pytest in pyproject', { 'pyproject.toml': '[tool.pytest.ini_options]\n' }, 'pytest'],
    [
      'pytest in setup.cfg',
      { 'setup.cfg': '[metadata]\nname = x\n[tool:pytest]\npython_files = check_*.py\n' },
      'pytest',
    ],
    ['pytest in tox.ini', { 'tox.ini': '[pytest]\n' }, 'pytest'],
    ['Python tests without any configuration', { 'tests/test_a.py': '' }, 'pytest'],
  ])('finds %s', async (_name, files, runner) => {
    expect((await detect(files)).map((project) => project.runner.name)).toEqual([runner])
  })

  it('finds nothing where there is nothing, or only a placeholder', async () => {
    expect(await detect({ 'README.md': '' })).toEqual([])
    expect(
      await detect({ 'package.json': '{ "scripts": { "test": "echo \\"Error: no test specified\\" && exit 1" } }' }),
    ).toEqual([])
  })

  it('leaves out a script at the top that only starts the tests of packages', async () => {
    const found = await detect({
      'package.json': '{ "scripts": { "test": "turbo run test" } }',
      'packages/a/package.json': '{ "scripts": { "test": "vitest" } }',
    })
    expect(found.map((project) => project.directory)).toEqual(['packages/a'])
  })

  it('gives each test to the innermost project of its language', async () => {
    const found = await detect({
      'package.json': '{ "scripts": { "test": "jest" } }',
      'packages/a/package.json': '{ "scripts": { "test": "vitest" } }',
      'packages/a/vitest.config.ts': "export default { test: { include: ['specs/*.ts'] } }",
      'pyproject.toml': '[tool.pytest.ini_options]\npython_files = ["check_*.py"]\n',
    })
    const owner = (path: string) => ownerOfTest(found, path)?.runner.name
    expect(owner('packages/a/x.test.ts')).toBe('vitest')
    expect(owner('packages/a/specs/x.ts')).toBe('vitest')
    expect(owner('src/__tests__/x.js')).toBe('jest')
    expect(owner('packages/a/check_b.py')).toBe('pytest')
    expect(owner('src/x.ts')).toBeUndefined()
    expect(owner('test_b.py')).toBeUndefined()
  })

  it('names the manifest that cannot be read', async () => {
    await expect(detect({ 'a/package.json': '{' })).rejects.toThrow(UnreadableManifestError)
    await expect(detect({ 'pyproject.toml': '[[[' })).rejects.toThrow(/pyproject\.toml cannot be read/)
  })
})

describe('readTestScript', () => {
  it.each([
    [
      'vitest run --config unit.config.ts --reporter verbose',
      { program: 'vitest', args: ['--config', 'unit.config.ts'], files: [] },
    ],
    ['npm run build && jest --selectProjects unit', { program: 'jest', args: ['--selectProjects', 'unit'], files: [] }],
    [
      "node --import tsx --test 'test/**/*.ts'",
      { program: 'node', args: ['--import', 'tsx'], files: ['test/**/*.ts'] },
    ],
    [
      'NODE_OPTIONS=x node --experimental-vm-modules node_modules/jest/bin/jest.js --runInBand',
      { program: 'jest', args: ['--experimental-vm-modules', '--runInBand'], files: [] },
    ],
    ['tap test/*.js', { program: 'other', args: [], files: [] }],
  ])('reads %j', (script, expected) => {
    expect(readTestScript(script)).toEqual(expected)
  })
})

it.each([
  [
    '**/*.{test,spec}.?(c|m)[jt]s?(x)',
    ['a.test.ts', 'x/y/a.spec.mjs', 'a.test.tsx'],
    ['a.ts', 'a.test.css', 'atest.ts'],
  ],
  ['**/?(*.)+(spec|test).[jt]s', ['test.js', 'x/a.test.js'], ['x/atest.js']],
  ['**/test/**/*.js', ['test/a.js', 'x/test/y/a.js'], ['tests/a.js']],
  ['./a/[!b]*.py', ['a/c.py'], ['a/b.py', 'c.py']],
])('matches %s', (glob, yes, no) => {
  expect(yes.filter((path) => !matchesGlob(path, glob))).toEqual([])
  expect(no.filter((path) => matchesGlob(path, glob))).toEqual([])
})
