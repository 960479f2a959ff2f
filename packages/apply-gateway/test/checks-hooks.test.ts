import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findPythonProgram, type PreCommitOptions, PreCommitRunner } from '../src/checks/index.ts'
import { pythonTools, type StagedProject, stagedProject } from './staged-project.ts'

let home: string
let project: StagedProject | undefined
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'patchlane-hooks-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))
afterEach(() => project?.dispose())

const local = (hooks: string) => `repos:\n  - repo: local\n    hooks:\n${hooks}`
const hook = (id: string, script: string) =>
  `      - { id: ${id}, name: ${id}, language: system, entry: python3 hooks/${script}.py, types: [text] }\n`
const scripts = {
  'hooks/shout.py': 'import sys\nfor f in sys.argv[1:]:\n    t = open(f).read()\n    open(f, "w").write(t.upper())\n',
  'hooks/refuse.py':
    'import sys\nfor f in sys.argv[1:]:\n    if "BAD" in open(f).read().upper():\n        print(f"{f}:1:2: bad word"); sys.exit(1)\n',
  'hooks/stray.py': 'open("other.txt", "w").write("changed")\nopen("stray.txt", "w").write("new")\n',
}

describe.skipIf(pythonTools === undefined)('PreCommitRunner', () => {
  async function run(hooks: string, changes: Record<string, string>, options: Partial<PreCommitOptions> = {}) {
    const config = hooks === '' ? {} : { '.pre-commit-config.yaml': hooks }
    project = await stagedProject({ ...scripts, ...config, 'other.txt': 'other' }, changes)
    const program = findPythonProgram(project.context.directory, 'pre-commit', pythonTools)
    const runner = new PreCommitRunner({ home, ...(program === undefined ? {} : { program }), ...options })
    const reports = await runner.run(project.context)
    return { project, report: reports[0], reports }
  }

  it('passes, and has nothing to say where there is no configuration', async () => {
    const { report } = await run(local(hook('refuse', 'refuse')), { 'a.txt': 'good\n' })
    expect(report).toMatchObject({ check: 'pre-commit', kind: 'hooks', outcome: 'passed' })
    await project?.dispose()
    expect((await run('', { 'a.txt': 'x' })).reports).toEqual([])
  })

  it('takes what a hook rewrote, if all hooks then pass', async () => {
    const { project, report } = await run(local(hook('shout', 'shout') + hook('refuse', 'refuse')), {
      'a.txt': 'good\n',
    })
    expect(report).toMatchObject({ outcome: 'fixed', changedPaths: ['a.txt'] })
    expect(await project.read('a.txt')).toBe('GOOD\n')
    expect(await project.read('other.txt')).toBe('other')
  })

  it('names the hook that fails, with its words and the place', async () => {
    const { report } = await run(local(hook('shout', 'shout') + hook('refuse', 'refuse')), { 'a.txt': 'a bad word\n' })
    expect(report).toMatchObject({
      outcome: 'failed',
      summary: 'hooks failed: refuse',
      findings: [{ rule: 'refuse', path: 'a.txt', line: 1, column: 2 }],
    })
    expect(report?.findings[0]?.message).toContain('bad word')
  })

  it('puts back what a hook changed outside of the patch, and says so', async () => {
    const { project, report } = await run(local(hook('stray', 'stray')), { 'a.txt': 'x\n' })
    expect(report).toMatchObject({ outcome: 'failed', changedPaths: [] })
    expect(report?.summary).toContain('hooks failed: stray; they rewrite files outside of the patch')
    expect(await project.read('other.txt')).toBe('other')
    expect(await project.status()).toBe('')
    expect(report?.summary).toContain('other.txt, stray.txt')
  })

  it('makes hook environments outside of staging, and once', async () => {
    const hooks = local('      - { id: py, name: py, language: python, entry: python -c "print(1)", types: [text] }\n')
    const first = await run(hooks, { 'a.txt': 'x\n' })
    expect(first.report).toMatchObject({ outcome: 'passed' })
    expect(first.project.lines).toEqual(['pre-commit: making the hook environments (once)'])
    expect(await first.project.status()).toBe('')
    await first.project.dispose()
    expect((await readdir(home)).length).toBeGreaterThan(1)
    const second = await run(hooks, { 'b.txt': 'x\n' })
    expect(second.report).toMatchObject({ outcome: 'passed' })
    expect(second.project.lines).toEqual([])
  })

  it('says how to cure it where the environments cannot be had', async () => {
    const hooks = 'repos:\n  - repo: /nowhere/hooks.git\n    rev: v1\n    hooks:\n      - id: x\n'
    const closed = await run(hooks, { 'a.txt': 'x\n' })
    expect(closed.report).toMatchObject({ outcome: 'broken' })
    expect(closed.report?.summary).toMatch(/\/nowhere\/hooks\.git.*pre-commit install-hooks.*checks\.hooks/s)
    await closed.project.dispose()
    const open = await run(hooks, { 'a.txt': 'x\n' }, { whenUnavailable: 'skipped' })
    expect(open.report).toMatchObject({ outcome: 'skipped', summary: closed.report?.summary })
  })

  it('is broken when the configuration is wrong or the program is missing', async () => {
    const wrong = await run('repos: 7\n', { 'a.txt': 'x\n' })
    expect(wrong.report?.outcome).toBe('broken')
    await wrong.project.dispose()
    const none = await run(
      local(hook('refuse', 'refuse')),
      { 'a.txt': 'x\n' },
      { program: { file: '/nowhere/x', args: [] } },
    )
    expect(none.report?.outcome).toBe('broken')
  })
})
