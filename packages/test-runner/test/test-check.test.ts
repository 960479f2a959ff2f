import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkReportSchema } from '@patchlane/kernel'
import { runProcess } from '@patchlane/process'
import { afterEach, describe, expect, it } from 'vitest'
import {
  CommandRunner,
  MemoryTestVerdictCache,
  type TestCheckContext,
  type TestCheckOptions,
  testCheck,
} from '../src/index.ts'
import { type TemporaryProject, temporaryProject } from './project.ts'
import { testPython } from './python.ts'

const projects: TemporaryProject[] = []
afterEach(async () => {
  await Promise.all(projects.splice(0).map((project) => project.dispose()))
})

async function make(files: Record<string, string>): Promise<TemporaryProject> {
  const project = await temporaryProject(files)
  projects.push(project)
  return project
}

async function check(
  project: TemporaryProject,
  paths: string[],
  options: TestCheckOptions = {},
  deleted: string[] = [],
  onBase?: TestCheckContext['onBase'],
) {
  const lines: string[] = []
  const reports = await testCheck(options).run({
    directory: project.directory,
    paths,
    deleted,
    signal: new AbortController().signal,
    log: (line) => lines.push(line),
    ...(onBase === undefined ? {} : { onBase }),
  })
  for (const report of reports) expect(checkReportSchema.parse(report)).toEqual(report)
  return { reports, lines }
}

const tree = {
  'package.json': '{ "type": "module", "scripts": { "test": "node --test" } }',
  'add.js': 'export const add = (a, b) => a + b\n',
  'add.test.js':
    "import test from 'node:test'\nimport { add } from './add.js'\ntest('adds', () => { if (add(1, 2) !== 3) throw new Error('not 3') })\n",
  'other.test.js': "import test from 'node:test'\ntest('other', () => {})\n",
}

describe('testCheck', () => {
  it('runs only what is affected and says why', async () => {
    const { reports, lines } = await check(await make(tree), ['add.js'])
    expect(reports).toMatchObject([{ check: 'node:test', kind: 'tests', outcome: 'passed', cached: false }])
    expect(reports[0]?.summary).toBe(
      '1 passed, 0 failed, 0 skipped in 1 of 2 test files (it uses add.js, which changed; it is named after add.js, which changed)',
    )
    expect(lines).toEqual(['node:test: running 1 of 2 test files'])
  })

  it('names the failing test with file and line, for whoever has to mend it', async () => {
    const project = await make({ ...tree, 'add.js': 'export const add = (a, b) => a - b\n' })
    const { reports } = await check(project, ['add.js'])
    expect(reports).toMatchObject([
      { outcome: 'failed', findings: [{ path: 'add.test.js', line: 3, rule: 'adds', severity: 'error' }] },
    ])
    expect(reports[0]?.summary).toContain('adds failed: not 3')
  })

  it('leaves aside what fails without the change, and says so', async () => {
    const project = await make({
      ...tree,
      'add.js': 'export const add = (a, b) => a - b\n',
      'other.test.js':
        "import test from 'node:test'\nimport './add.js'\ntest('other', () => { throw new Error('always') })\n",
    })
    const onBase = async <T>(work: () => Promise<T>) => {
      const place = join(project.directory, 'add.js')
      await writeFile(place, tree['add.js'])
      const result = await work()
      await writeFile(place, 'export const add = (a, b) => a - b\n')
      return result
    }
    const both = await check(project, ['add.js'], {}, [], onBase)
    expect(both.reports).toMatchObject([
      {
        outcome: 'failed',
        summary: expect.stringMatching(/^adds failed: not 3 .*; 1 older failure left aside\)$/),
        findings: [
          { rule: 'adds', severity: 'error' },
          { rule: 'other', severity: 'warning' },
        ],
      },
    ])
    await writeFile(join(project.directory, 'add.js'), `${tree['add.js']}// mended\n`)
    expect((await check(project, ['add.js'], {}, [], onBase)).reports).toMatchObject([
      { outcome: 'passed', findings: [{ rule: 'other', severity: 'warning' }] },
    ])
    const strict = await check(project, ['add.js'], { olderFailures: 'fail' }, [], onBase)
    expect(strict.reports).toMatchObject([{ outcome: 'failed' }])
  })

  it('skips, with the reason, where no test depends on the change', async () => {
    const { reports } = await check(await make({ ...tree, 'alone.js': '' }), ['alone.js'])
    expect(reports).toMatchObject([
      { outcome: 'skipped', summary: 'No test depends on what changed; 2 test files left out.' },
    ])
  })

  it('skips, with the cure, where there is no runner', async () => {
    const { reports } = await check(await make({ 'a.txt': '' }), ['a.txt'])
    expect(reports).toMatchObject([{ outcome: 'skipped' }])
    expect(reports[0]?.summary).toContain('configuration')
  })

  it('is broken when a manifest cannot be read or a runner is missing', async () => {
    const unreadable = await check(await make({ ...tree, 'sub/package.json': '{' }), ['add.js'])
    expect(unreadable.reports).toMatchObject([
      { outcome: 'broken', summary: expect.stringContaining('Correct sub/package.json') },
    ])
    const missing = await check(await make({ ...tree, 'package.json': '{ "scripts": { "test": "vitest" } }' }), [
      'add.js',
    ])
    expect(missing.reports).toMatchObject([{ outcome: 'broken', summary: expect.stringContaining('not installed') }])
  })

  it('is broken when the configuration names a runner that is not there', async () => {
    const { reports } = await check(await make(tree), ['add.js'], { runners: ['pytst'] })
    expect(reports).toMatchObject([{ outcome: 'broken', summary: expect.stringContaining('Use one of node:test') }])
  })

  it('runs a command of the project for what is in its folder', async () => {
    const project = await make({ 'package.json': '{ "scripts": { "test": "exit 3" } }', 'a.js': '', 'README.md': '' })
    expect((await check(project, ['a.js'])).reports).toMatchObject([{ check: 'npm test', outcome: 'failed' }])
    expect((await check(project, ['README.md'])).reports).toMatchObject([{ outcome: 'skipped' }])
  })

  it('takes projects from the caller where detection does not understand them', async () => {
    const runner = new CommandRunner({ command: ['node', '-e', 'process.exit(0)'] })
    const project = {
      directory: '',
      runner,
      reason: 'configured',
      testFiles: [],
      sourceRoots: [],
      testsDocuments: false,
    }
    const { reports } = await check(await make(tree), ['add.js'], { projects: async () => [project] })
    expect(reports).toMatchObject([{ check: 'node', outcome: 'passed' }])
  })

  it('runs nothing again that passed on the same content, and everything that something changed for', async () => {
    const cache = new MemoryTestVerdictCache()
    const project = await make(tree)
    const outcome = async () => (await check(project, ['add.js', 'other.test.js'], { cache })).reports[0]
    expect(await outcome()).toMatchObject({ outcome: 'passed', cached: false })
    expect(await outcome()).toMatchObject({ outcome: 'passed', cached: true })
    await project.write({ 'add.js': 'export const add = (a, b) => b + a\n' })
    expect(await outcome()).toMatchObject({ cached: false, summary: expect.stringContaining('1 files known to pass') })
    await project.write({ 'package-lock.json': '{}' })
    expect((await outcome())?.summary).not.toContain('known to pass')
    await project.write({ 'add.js': 'export const add = () => 0\n' })
    expect(await outcome()).toMatchObject({ outcome: 'failed' })
    expect(await outcome()).toMatchObject({ outcome: 'failed', cached: false })
  })
})

describe('the probe', () => {
  const workspace = {
    'package.json': '{ "name": "root" }',
    'a/package.json': '{ "name": "@x/a", "type": "module" }',
    'a/index.js': 'export const a = 1\n',
    'b/package.json':
      '{ "name": "@x/b", "type": "module", "scripts": { "test": "node --test" }, "dependencies": { "@x/a": "*" } }',
    'b/b.test.js': "import test from 'node:test'\nimport '@x/a'\ntest('b', () => {})\n",
  }

  it('is broken when a package of the tree would come from another checkout', async () => {
    const [user, staging] = [await make(workspace), await make(workspace)]
    await mkdir(join(staging.directory, 'node_modules/@x'), { recursive: true })
    await symlink(join(user.directory, 'a'), join(staging.directory, 'node_modules/@x/a'))
    const { reports } = await check(staging, ['a/index.js'])
    expect(reports).toMatchObject([{ outcome: 'broken' }])
    expect(reports[0]?.summary).toContain(`would import @x/a from ${user.directory}/a`)
  })

  it('passes when the links stay inside', async () => {
    const staging = await make(workspace)
    await mkdir(join(staging.directory, 'node_modules/@x'), { recursive: true })
    await symlink('../../a', join(staging.directory, 'node_modules/@x/a'))
    expect((await check(staging, ['a/index.js'])).reports).toMatchObject([{ outcome: 'passed' }])
  })

  it('is broken when a package of the tree cannot be found at all', async () => {
    const { reports } = await check(await make(workspace), ['a/index.js'])
    expect(reports).toMatchObject([{ outcome: 'broken', summary: expect.stringContaining('cannot resolve it') }])
  })

  describe.skipIf(testPython === undefined)('of Python', () => {
    const files = {
      'pyproject.toml': '[tool.pytest.ini_options]\n',
      'src/shop/__init__.py': 'VALUE = 1\n',
      'tests/test_shop.py': 'import shop\ndef test_value():\n    assert shop.VALUE == 1\n',
    }

    it('sees the staged sources in spite of an editable install of another checkout', async () => {
      const [user, staging] = [await make({ ...files, 'src/shop/__init__.py': 'VALUE = 2\n' }), await make(files)]
      const python = await environment((source) => source, user)
      const { reports } = await check(staging, ['src/shop/__init__.py'], { python: { python } })
      expect(reports).toMatchObject([{ outcome: 'passed' }])
    })

    it('is broken when an install comes first all the same', async () => {
      const [user, staging] = [await make(files), await make(files)]
      const python = await environment((source) => `import sys; sys.path.insert(0, ${JSON.stringify(source)})`, user)
      const { reports } = await check(staging, ['src/shop/__init__.py'], { python: { python } })
      expect(reports).toMatchObject([{ outcome: 'broken' }])
      expect(reports[0]?.summary).toContain(`import shop would come from ${user.directory}`)
    })

    it('is broken when the interpreter is missing', async () => {
      const python = { python: '/nowhere/python' }
      expect((await check(await make(files), ['tests/test_shop.py'], { python })).reports).toMatchObject([
        { outcome: 'broken' },
      ])
    })

    /** An environment with the test tools, and with the user's checkout installed by a line of a .pth file. */
    async function environment(line: (source: string) => string, user: TemporaryProject): Promise<string> {
      const { directory } = await make({})
      const tools = await run(testPython ?? '', ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'])
      await run(testPython ?? '', ['-m', 'venv', '--without-pip', directory])
      const python = join(directory, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
      const site = await run(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'])
      await writeFile(join(site, 'editable.pth'), `${tools}\n${line(join(user.directory, 'src'))}\n`)
      return python
    }
  })
})

async function run(file: string, args: string[]): Promise<string> {
  const result = await runProcess({ file, args })
  expect(result.stderr).toBe('')
  return result.stdout.trim()
}
