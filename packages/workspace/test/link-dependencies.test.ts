import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { linkDependencies } from '../src/index.ts'
import { setUp } from './fixtures.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action()
})

/** A checkout with dependencies, and a worktree without. Values are files; `-> x` is a link to x. */
async function trees(checkout: Record<string, string>, worktree: Record<string, string>) {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'patchlane-dependencies-')))
  cleanUp.push(() => rm(root, { recursive: true, force: true }))
  const from = join(root, 'checkout')
  const to = join(root, 'worktree')
  for (const [folder, files] of [
    [from, checkout],
    [to, worktree],
  ] as const)
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      if (content.startsWith('-> ')) await symlink(content.slice(3).replace('FROM', from), join(folder, path))
      else await writeFile(join(folder, path), content)
    }
  return { from, to }
}

const sources = {
  'package.json': '{"type":"module"}',
  'packages/a/package.json': '{"type":"module"}',
  'packages/b/package.json': '{"name":"@me/b","type":"module","exports":"./index.js"}',
}
const code = (where: string) => ({ ...sources, 'packages/b/index.js': `export default '${where}'\n` })

function run(directory: string, script: string) {
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: directory,
    encoding: 'utf8',
  }).trim()
}

const third = {
  'package.json': '{"name":"third","type":"module","exports":"./i.js"}',
  'i.js': 'export default import.meta.url',
}

describe('node_modules', () => {
  const pnpm = {
    'node_modules/.pnpm/third@1/node_modules/third/package.json': third['package.json'],
    'node_modules/.pnpm/third@1/node_modules/third/i.js': third['i.js'],
    'node_modules/.modules.yaml': 'x',
    'node_modules/.cache/state': 'x',
    'packages/a/node_modules/third': '-> ../../../node_modules/.pnpm/third@1/node_modules/third',
    'packages/a/node_modules/@me/b': '-> ../../../b',
    'packages/a/node_modules/.bin/tool': '#!/bin/sh\necho $0\n',
  }
  const npm = {
    'node_modules/third/package.json': third['package.json'],
    'node_modules/third/i.js': third['i.js'],
    'node_modules/@me/b': '-> ../../packages/b',
    'node_modules/.bin/tool': '-> ../third/i.js',
  }
  const absolute = { ...npm, 'node_modules/@me/b': '-> FROM/packages/b' }

  for (const [name, installed] of Object.entries({ pnpm, npm, 'absolute links': absolute }))
    for (const mode of ['share', 'copy'] as const)
      it(`${name}, ${mode}: the project’s own packages resolve in the worktree, others are found`, async () => {
        const { from, to } = await trees({ ...code('checkout'), ...installed }, code('worktree'))
        await linkDependencies({ from, to, mode })
        const directory = join(to, 'packages', 'a')
        expect(run(directory, `console.log((await import('@me/b')).default)`)).toBe('worktree')
        const url = run(directory, `console.log((await import('third')).default)`)
        expect(url.startsWith(`file://${mode === 'share' ? from : to}/`)).toBe(true)
      })

  it('makes real folders, leaves caches and states of tools out, and names what it made', async () => {
    const { from, to } = await trees({ ...code('checkout'), ...pnpm }, code('worktree'))
    expect(await linkDependencies({ from, to })).toMatchObject({ linked: ['node_modules', 'packages/a/node_modules'] })
    expect((await lstat(join(to, 'node_modules'))).isDirectory()).toBe(true)
    expect((await readdir(join(to, 'node_modules'))).sort()).toEqual(['.modules.yaml', '.pnpm'])
    expect(await readFile(join(to, 'packages/a/node_modules/.bin/tool'), 'utf8')).toContain('echo')
  })

  it('never shares a file that can be written on both sides', async () => {
    const { from, to } = await trees({ ...code('checkout'), ...npm }, code('worktree'))
    await linkDependencies({ from, to, mode: 'copy' })
    await writeFile(join(to, 'node_modules/third/i.js'), 'changed')
    expect(await readFile(join(from, 'node_modules/third/i.js'), 'utf8')).toBe(third['i.js'])
    const inode = async (root: string) => (await stat(join(root, 'node_modules/third/package.json'))).ino
    expect(await inode(to)).not.toBe(await inode(from))
  })

  it('leaves what is there, and packages that the worktree does not have', async () => {
    const { from, to } = await trees({ ...code('checkout'), ...pnpm }, { ...sources, 'node_modules/own': 'x' })
    await rm(join(to, 'packages/a'), { recursive: true })
    expect(await linkDependencies({ from, to })).toMatchObject({ linked: [] })
    expect(await readdir(join(to, 'node_modules'))).toEqual(['own'])
  })

  it('is never part of a patch, ignored by the repository or not', async () => {
    const set = await setUp({ 'package.json': '{}', 'a.txt': 'a\n' })
    cleanUp.push(set.remove)
    await mkdir(join(set.repo.directory, 'node_modules', 'third'), { recursive: true })
    await writeFile(join(set.repo.directory, 'node_modules', 'third', 'package.json'), '{}')
    const session = await set.manager.lease({ commit: set.head, holder: 'x' })
    expect(existsSync(join(session.directory, 'node_modules', 'third', 'package.json'))).toBe(true)
    await writeFile(join(session.directory, 'a.txt'), 'b\n')
    expect((await session.capture()).map(({ path }) => path)).toEqual(['a.txt'])
    await session.release()
    await set.manager.reap({ all: true })
    expect(existsSync(join(set.repo.directory, 'node_modules', 'third', 'package.json'))).toBe(true)
  })
})

describe('virtual environments', () => {
  it.each(['share', 'copy'] as const)('%s: editable installs and scripts lead into the worktree', async (mode) => {
    const project = (where: string) => ({ 'pyproject.toml': '', 'src/mine.py': `where = '${where}'\n` })
    const { from, to } = await trees(project('checkout'), project('worktree'))
    const installed = spawnVenv(from)
    if (installed === undefined) return
    await writeFile(join(installed, 'third.py'), 'value = 3\n')
    await writeFile(join(installed, '__editable__.mine.pth'), `${join(from, 'src')}\n`)
    const script = join(from, '.venv', 'bin', 'tool')
    await writeFile(
      script,
      `#!${join(from, '.venv', 'bin', 'python')}\nimport mine, third, sys\nprint(mine.where, third.value, sys.prefix)\n`,
      { mode: 0o755 },
    )
    expect(await linkDependencies({ from, to, mode })).toMatchObject({ linked: ['.venv'] })
    const output = execFileSync(join(to, '.venv', 'bin', 'tool'), {
      encoding: 'utf8',
      env: { PYTHONDONTWRITEBYTECODE: '1' },
    })
    expect(output.trim()).toBe(`worktree 3 ${join(to, '.venv')}`)
  })
})

/** Where packages go; undefined, said aloud, on a machine without Python. */
function spawnVenv(from: string): string | undefined {
  try {
    const python = join(from, '.venv', 'bin', 'python')
    execFileSync('python3', ['-m', 'venv', '--without-pip', join(from, '.venv')], { stdio: 'pipe' })
    return execFileSync(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], {
      encoding: 'utf8',
    }).trim()
  } catch (error) {
    if (process.env.CI) throw error
    console.warn('SKIPPED: python3 with venv is not installed.')
    return undefined
  }
}

it('brings a real pnpm workspace along: this repository’s own', async () => {
  const set = await setUp({ 'package.json': '{}' })
  cleanUp.push(set.remove)
  const checkout = await realpath(join(import.meta.dirname, '..', '..', '..'))
  const worktree = join(set.root, 'real')
  await mkdir(worktree)
  const archive = execFileSync('git', ['archive', 'HEAD'], {
    cwd: checkout,
    maxBuffer: 1e9,
  })
  execFileSync('tar', ['-x', '-C', worktree], { input: archive })
  const { linked } = await linkDependencies({ from: checkout, to: worktree })
  expect(linked).toContain('packages/workspace/node_modules')
  const directory = join(worktree, 'packages', 'workspace')
  const script = `
    const resolve = (name) => import.meta.resolve(name)
    console.log(JSON.stringify(['@patchlane/kernel', '@patchlane/git', '@patchlane/process'].map(resolve)))
    const { createRequire } = await import('node:module')
    console.log((await import('zod')).z.string().parse('zod works'))`
  const [own = '', zod] = execFileSync(
    process.execPath,
    ['--conditions=@patchlane/source', '--input-type=module', '-e', script],
    { cwd: directory, encoding: 'utf8' },
  )
    .trim()
    .split('\n')
  expect(JSON.parse(own)).toEqual(
    ['kernel', 'git', 'process'].map((name) => `file://${worktree}/packages/${name}/src/index.ts`),
  )
  expect(zod).toBe('zod works')
  const kernel = join(worktree, 'packages', 'kernel')
  const passed = execFileSync(join(kernel, 'node_modules', '.bin', 'vitest'), ['run', 'test/paths.test.ts'], {
    cwd: kernel,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  })
  expect(passed).toMatch(/Tests .*passed/)
})
