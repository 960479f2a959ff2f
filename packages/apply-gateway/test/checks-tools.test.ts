import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  commandCheck,
  FileToolCheck,
  FormatLintCoordinator,
  FormatterChain,
  newFindings,
  type ProjectChecks,
  projectChecks,
  ruffCheck,
  UnknownToolError,
} from '../src/checks/index.ts'
import { pythonTools, type StagedProject, stagedProject, toolDirectory } from './staged-project.ts'

let project: StagedProject | undefined
let checks: ProjectChecks
let cacheDirectory: string

beforeAll(async () => {
  cacheDirectory = await mkdtemp(join(tmpdir(), 'patchlane-checks-'))
  checks = projectChecks({
    cacheDirectory,
    toolDirectory,
    ...(pythonTools === undefined ? {} : { pythonEnvironment: pythonTools }),
  })
})
afterAll(async () => {
  await checks.close()
  await rm(cacheDirectory, { recursive: true })
})
afterEach(() => project?.dispose())

async function run(
  base: Record<string, string>,
  changes: Record<string, string | null>,
  renames?: Record<string, string>,
) {
  project = await stagedProject(base, changes, renames)
  const reports = await checks.check.run(project.context)
  return { project, reports, verdicts: Object.fromEntries(reports.map((report) => [report.check, report.outcome])) }
}

describe.skipIf(pythonTools === undefined)('ruff', () => {
  const base = {
    'pyproject.toml': '[tool.ruff]\n[tool.ruff.lint]\nselect = ["F", "I"]\n',
    'old.py': 'import os\nx = undefined_before\n',
    'ugly.py': 'y   =   2\n',
  }

  it('formats and fixes the files of the patch, and no other', async () => {
    const staged = await run(base, { 'new.py': 'import sys, os\nprint( os.name )\n' })
    expect(staged.verdicts).toEqual({ 'ruff format': 'fixed', 'ruff check': 'fixed' })
    expect(await staged.project.read('new.py')).toBe('import os\n\nprint(os.name)\n')
    expect(await staged.project.status()).toBe(' M new.py\n')
    expect(staged.reports.map((report) => report.changedPaths)).toEqual([['new.py'], ['new.py']])
  })

  it('fails for what the patch adds, with file, line and rule, and leaves older findings aside', async () => {
    const staged = await run(base, { 'old.py': 'import os\n\nz = 1\nx = undefined_before\ny = undefined_now\n' })
    const lint = staged.reports.find((report) => report.check === 'ruff check')
    expect(lint).toMatchObject({ outcome: 'failed', findings: [{ path: 'old.py', rule: 'F821', severity: 'error' }] })
    expect(lint?.findings[0]?.message).toContain('undefined_now')
    expect(lint?.summary).toContain('1 older ones left aside')
  })

  it('passes an old finding in a file that was renamed', async () => {
    const staged = await run(base, { 'renamed.py': 'x = undefined_before\n' }, { 'renamed.py': 'old.py' })
    expect(staged.verdicts['ruff check']).toBe('passed')
    expect(await staged.project.status()).toBe('')
  })

  it('names the place of a syntax error', async () => {
    const staged = await run(base, { 'new.py': 'def f(:\n' })
    expect(staged.reports[0]).toMatchObject({
      check: 'ruff format',
      outcome: 'failed',
      findings: [{ path: 'new.py', line: 1, column: 7, rule: 'invalid-syntax' }],
    })
  })

  it('is broken, in its own words, when its configuration is wrong', async () => {
    const staged = await run({ 'pyproject.toml': '[tool.ruff]\nline-length = "wide"\n' }, { 'a.py': 'x = 1\n' })
    expect(staged.verdicts).toEqual({ 'ruff format': 'broken', 'ruff check': 'broken' })
    expect(staged.reports[0]?.output).toContain('line-length')
  })

  it('is not asked where the patch has nothing for it', async () => {
    expect((await run(base, { 'a.txt': 'text' })).reports).toEqual([])
    expect((await run(base, { 'ugly.py': null })).reports).toEqual([])
  })
})

describe('tools for scripts', () => {
  it('runs prettier and eslint', async () => {
    const base = {
      'package.json': '{ "type": "module", "prettier": { "semi": false } }',
      'eslint.config.js': "export default [{ rules: { 'no-var': 'error', 'no-undef': 'error' } }]",
    }
    const staged = await run(base, { 'a.js': 'var a   = 1;\nmissing(a)\n', 'b.ts': 'let =' })
    expect(staged.verdicts).toEqual({ prettier: 'failed', eslint: 'failed' })
    expect(await staged.project.read('a.js')).toBe('let a = 1\nmissing(a)\n')
    const findings = staged.reports.flatMap((report) => report.findings)
    expect(findings).toMatchObject([
      { path: 'b.ts', line: 1, rule: 'syntax' },
      { path: 'a.js', line: 2, rule: 'no-undef' },
    ])
  })

  it('runs biome, whose fixes are formatted again', async () => {
    const biome =
      '{ "formatter": { "indentStyle": "space" }, "linter": { "rules": { "style": { "useConst": "error" } } } }'
    const staged = await run({ 'biome.json': biome }, { 'a.ts': 'let  a: number = 1\nexport { a }\n' })
    expect(staged.verdicts).toEqual({ 'biome format': 'fixed', 'biome lint': 'fixed' })
    expect(await staged.project.read('a.ts')).toBe('const a: number = 1;\nexport { a };\n')
    const failing = await run({ 'biome.json': biome }, { 'a.ts': 'export const a = 1;\ndebugger;\n' })
    expect(failing.reports).toMatchObject([
      { check: 'biome format', outcome: 'passed' },
      { check: 'biome lint', outcome: 'failed', findings: [{ path: 'a.ts', line: 2 }] },
    ])
  })

  it('runs oxlint', async () => {
    const base = { '.oxlintrc.json': '{ "rules": { "no-debugger": "error" } }', 'old.js': 'debugger\n' }
    const staged = await run(base, {
      'old.js': 'debugger\nexport const a = 1\n',
      'new.js': 'export const b = 1\ndebugger\n',
    })
    expect(staged.reports).toMatchObject([
      { check: 'oxlint', outcome: 'failed', findings: [{ path: 'new.js', line: 2, rule: 'eslint(no-debugger)' }] },
    ])
  })

  it('fails closed, with the cure, where a configured tool is missing', async () => {
    project = await stagedProject({ '.prettierrc': '{}' }, { 'a.js': 'a\n' })
    const bare = projectChecks({ cacheDirectory })
    expect(await bare.check.run(project.context)).toMatchObject([{ check: 'prettier', outcome: 'broken' }])
    expect((await bare.check.run(project.context))[0]?.summary).toContain('npm install --save-dev prettier')
    await bare.close()
  })

  it('uses only the tools that the configuration names, and none that nobody knows', async () => {
    project = await stagedProject({ '.prettierrc': '{}' }, { 'a.js': 'a   ()\n' })
    const off = projectChecks({ cacheDirectory, toolDirectory, tools: { format: 'off', lint: ['oxlint'] } })
    expect((await off.check.run(project.context)).map((report) => report.check)).toEqual(['oxlint'])
    const wrong = projectChecks({ cacheDirectory, tools: { lint: ['splint'] } })
    await expect(wrong.check.run(project.context)).rejects.toThrow(UnknownToolError)
  })
})

describe('a tool that misbehaves', () => {
  const script = (source: string) => ({ file: process.execPath, args: ['-e', source] })

  it('cannot touch files that are not the patch’s', async () => {
    project = await stagedProject({ 'other.py': 'a = 1\n' }, { 'mine.py': 'b = 1\n' })
    const source =
      "for (const f of ['other.py', 'mine.py', 'stray.py']) require('fs').writeFileSync(f, 'c = 2\\n'); console.log('[]')"
    const [report] = await new FileToolCheck({ tool: ruffCheck, program: script(source) }).run(project.context)
    expect(report).toMatchObject({ outcome: 'fixed', changedPaths: ['mine.py'] })
    expect(await project.read('other.py')).toBe('a = 1\n')
    expect(await project.status()).toBe(' M mine.py\n')
    expect(project.lines.join()).toContain('other.py, stray.py')
  })

  it('leaves alone what lay there before it ran, linked dependencies above all', async () => {
    project = await stagedProject({}, { 'mine.py': 'b = 1\n' })
    await project.write({ 'node_modules/x/index.js': '', 'linked.txt': 'prepared' })
    await new FileToolCheck({ tool: ruffCheck, program: script("console.log('[]')") }).run(project.context)
    expect(await project.status()).toBe('?? linked.txt\n?? node_modules/x/index.js\n')
  })

  it.each([
    ['crashes', 'process.kill(process.pid, "SIGKILL")', 'ended by SIGKILL'],
    ['fails in its own way', 'console.error("boom"); process.exit(7)', 'status 7: boom'],
    ['does not end', 'setInterval(() => {}, 1000)', 'did not end within 0.5 s'],
    ['says nothing that can be read', 'console.log("hello")', 'cannot be read'],
    ['talks without end', 'process.stdout.write("x".repeat(2_000_000))', 'more output than allowed'],
  ])('is broken when it %s', async (_how, source, words) => {
    project = await stagedProject({}, { 'a.py': 'a = 1\n' })
    const check = new FileToolCheck({
      tool: ruffCheck,
      program: script(source),
      timeoutMs: 500,
      maxOutputBytes: 100_000,
    })
    const [report] = await check.run(project.context)
    expect(report?.outcome).toBe('broken')
    expect(report?.summary).toContain(words)
  })

  it('is broken when it cannot be started, and the staged content is back after a look at the base', async () => {
    project = await stagedProject({ 'a.py': 'a = 1\n' }, { 'a.py': 'a = 2\n' })
    const none = new FileToolCheck({ tool: ruffCheck, program: { file: '/nowhere/ruff', args: [] } })
    expect(await none.run(project.context)).toMatchObject([{ outcome: 'broken' }])
    const source =
      "const t = require('fs').readFileSync('a.py', 'utf8'); if (t.includes('1')) process.exit(9); console.log(JSON.stringify([{ code: 'X', message: 'm', filename: 'a.py', location: { row: 1, column: 1 } }]))"
    const failing = new FileToolCheck({ tool: ruffCheck, program: script(source) })
    expect(await failing.run(project.context)).toMatchObject([{ outcome: 'broken' }])
    expect(await project.read('a.py')).toBe('a = 2\n')
  })
})

describe('commandCheck', () => {
  it('passes by exit status 0, fails with the output, and is broken when it cannot start', async () => {
    project = await stagedProject({}, { 'src/a.ts': '' })
    const node = (source: string) =>
      commandCheck({ name: 'own', kind: 'lint', run: [process.execPath, '-e', source, '{files}'] })
    expect(await node('').run(project.context)).toMatchObject([{ outcome: 'passed', kind: 'lint' }])
    const failed = await node('console.log(process.argv.slice(1).join()); process.exit(2)').run(project.context)
    expect(failed).toMatchObject([
      { outcome: 'failed', output: './src/a.ts', summary: 'own ended with status 2: ./src/a.ts' },
    ])
    expect(await node("require('fs').writeFileSync('src/a.ts', 'x')").run(project.context)).toMatchObject([
      { outcome: 'fixed', changedPaths: ['src/a.ts'] },
    ])
    expect(await commandCheck({ name: 'own', run: ['/nowhere/x'] }).run(project.context)).toMatchObject([
      { outcome: 'broken' },
    ])
  })

  it('runs only for the paths it is about', async () => {
    project = await stagedProject({}, { 'src/a.ts': '' })
    const check = (paths: string[]) => commandCheck({ name: 'own', run: [process.execPath, '-e', ''], paths })
    expect(await check(['docs/**']).run(project.context)).toEqual([])
    expect(await check(['docs/**', 'src/*.{js,ts}']).run(project.context)).toHaveLength(1)
    expect(await check(['*.ts']).run(project.context)).toHaveLength(1)
  })
})

describe('FormatLintCoordinator', () => {
  it('keeps the order whatever it is given, and goes on after a failure', async () => {
    project = await stagedProject({}, { 'a.ts': '' })
    const check = (kind: 'tests' | 'diagnostics' | 'hooks' | 'lint' | 'format', source = '') =>
      commandCheck({ name: kind, kind, run: [process.execPath, '-e', source] })
    const shuffled = [
      check('tests'),
      check('lint', 'process.exit(1)'),
      check('diagnostics'),
      check('format'),
      check('hooks'),
    ]
    const reports = await new FormatLintCoordinator(shuffled).run(project.context)
    expect(reports.map((report) => report.check)).toEqual(['format', 'lint', 'hooks', 'diagnostics', 'tests'])
    expect(reports.map((report) => report.outcome)).toEqual(['passed', 'failed', 'passed', 'passed', 'passed'])
  })

  it('ends the row when the patch is stopped', async () => {
    project = await stagedProject({}, { 'a.ts': '' })
    const context = { ...project.context, signal: AbortSignal.abort() }
    const reports = await new FormatLintCoordinator([new FormatterChain([])]).run(context)
    expect(reports).toMatchObject([{ outcome: 'broken' }])
  })
})

it('tells new findings from old ones, however lines moved', () => {
  const finding = (message: string, line: number, path = 'a') => ({ path, line, message, severity: 'error' as const })
  const before = [finding('x', 1), finding('x', 2), finding('see line 3', 9)]
  expect(newFindings([finding('x', 7), finding('x', 8), finding('see line 5', 9)], before)).toEqual([])
  expect(newFindings([finding('x', 1), finding('x', 2), finding('x', 3)], before)).toEqual([finding('x', 3)])
  expect(newFindings([finding('x', 1, 'b')], before)).toHaveLength(1)
  expect(newFindings([finding('x', 1, 'b')], before, new Map([['b', 'a']]))).toEqual([])
})
