import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Cli } from './cli-fixture.ts'

async function withFiles(files: Record<string, string>, test: (cli: Cli, folder: string) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'patchlane-merge-'))
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    const cli = new Cli()
    cli.io.cwd = folder
    await test(cli, folder)
    expect(cli.opened).toEqual([])
  } finally {
    await rm(folder, { recursive: true })
  }
}

const conflict = { base: 'one\ntwo\nthree\n', ours: 'one\nzwei\nthree\n', theirs: 'one\ndeux\nthree\n' }

it('merges what does not conflict into our file', () =>
  withFiles({ base: 'a\nb\nc\nd\n', ours: 'A\nb\nc\nd\n', theirs: 'a\nb\nc\nD\n' }, async (cli, folder) => {
    expect(await cli.run('merge-file', 'base', 'ours', 'theirs')).toBe(0)
    expect(await readFile(join(folder, 'ours'), 'utf8')).toBe('A\nb\nc\nD\n')
    expect(cli.out).toBe('')
  }))

it.each([[[]], [['--diff3']], [['-L', 'mine', '-L', 'old', '-L', 'yours']], [['--union']], [['--marker-size', '9']]])(
  'prints the bytes and the status of git merge-file with %j',
  (words) =>
    withFiles(conflict, async (cli, folder) => {
      const favored = words[0] === '--union'
      let expected = ''
      try {
        const flags = words.join(' ').replace('--marker-size 9', '--marker-size=9').split(' ').filter(Boolean)
        expected = execFileSync('git', ['merge-file', '-p', '-q', ...flags, 'ours', 'base', 'theirs'], {
          cwd: folder,
          encoding: 'utf8',
        })
      } catch (error) {
        expected = Object(error).stdout
      }
      expect(await cli.run('merge-file', '-p', ...words, 'base', 'ours', 'theirs')).toBe(favored ? 0 : 1)
      expect(cli.out).toBe(expected)
    }),
)

it('reports as JSON, and answers a batch line by line', () =>
  withFiles(conflict, async (cli) => {
    expect(await cli.run('merge-file', '--json', '-q', 'base', 'ours', 'theirs')).toBe(1)
    expect(cli.json).toMatchObject({ clean: false, conflicts: 1 })
    cli.io.stdin = `${JSON.stringify({ id: 1, path: 'a.txt', base: 'a\n', ours: 'b\n', theirs: 'a\n' })}\nnonsense\n`
    expect(await cli.run('merge-file', '--batch')).toBe(0)
    const answers = cli.out.trimEnd().split('\n')
    expect(answers.map((line) => JSON.parse(line))).toMatchObject([{ id: 1, clean: true, merged: 'b\n' }, { id: null }])
  }))

it('never lets an error look like a number of conflicts', () =>
  withFiles(conflict, async (cli) => {
    expect(await cli.run('merge-file', 'base', 'ours')).toBe(255)
    expect(await cli.run('merge-file', '--wat', 'base', 'ours', 'theirs')).toBe(255)
    expect(await cli.run('merge-file', 'base', 'ours', 'missing')).toBe(255)
    expect(await cli.run('merge-driver', 'base', 'ours')).toBe(255)
    expect(await cli.run('--no-color', 'merge-file', '--wat', 'base', 'ours', 'theirs')).toBe(255)
  }))

it('serves git as a merge driver', () =>
  withFiles(conflict, async (cli, folder) => {
    expect(await cli.run('merge-driver', 'base', 'ours', 'theirs', 'src/a.txt', '7')).toBe(1)
    expect(await readFile(join(folder, 'ours'), 'utf8')).toContain('<<<<<<< ours\nzwei\n')
  }))
