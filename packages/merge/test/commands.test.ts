import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { FileMerger, linesOf, type MergeFileCall, mergeBatch, runMergeDriver, runMergeFile } from '../src/index.ts'

const merger = new FileMerger()
const directory = mkdtempSync(join(tmpdir(), 'merge-commands-'))
const file = (name: string) => join(directory, name)
afterAll(async () => {
  await merger.close()
  rmSync(directory, { recursive: true, force: true })
})

let out = ''
let warnings: string[] = []
const output = {
  out: (bytes: Uint8Array) => {
    out += Buffer.from(bytes).toString('utf8')
  },
  warn: (line: string) => {
    warnings.push(line)
  },
}
beforeEach(() => {
  out = ''
  warnings = []
})

function write(base: string, ours: string, theirs: string): MergeFileCall {
  writeFileSync(file('base'), base)
  writeFileSync(file('ours'), ours)
  writeFileSync(file('theirs'), theirs)
  return { base: file('base'), ours: file('ours'), theirs: file('theirs') }
}

const parts = (...changed: string[]) =>
  Array.from({ length: 5 }, (_, n) => `${changed[n] ?? `line ${n}`}\n\n\n\n`).join('')

describe('merge-file', () => {
  it.each([
    ['clean', parts('a'), parts(), parts('line 0', 'b')],
    ['one conflict', 'ours\n', 'base\n', 'theirs\n'],
    ['two conflicts', parts('a', 'line 1', 'b'), parts(), parts('c', 'line 1', 'd')],
  ])('has git`s bytes and status: %s', async (_, ours, base, theirs) => {
    for (const style of ['merge', 'diff3', 'zdiff3'] as const) {
      const call = { ...write(base, ours, theirs), toStdout: true, style, labels: ['x', 'y', 'z'] }
      const flags = style === 'merge' ? [] : [`--${style}`]
      const git = spawnSync('git', [
        'merge-file',
        '-p',
        ...flags,
        '-L',
        'x',
        '-L',
        'y',
        '-L',
        'z',
        call.ours,
        call.base,
        call.theirs,
      ])
      out = ''
      expect(await runMergeFile(call, merger, output)).toBe(git.status)
      expect(out).toBe(git.stdout.toString())
    }
  })

  it('writes into the file of our side without -p', async () => {
    const call = write('import a\n', 'import a\nimport b\n', 'import a\nimport c\n')
    expect(await runMergeFile({ ...call, path: 'x.py' }, merger, output)).toBe(0)
    expect(readFileSync(call.ours, 'utf8')).toBe('import a\nimport b\nimport c\n')
  })

  it('warns of conflicts unless quiet, and lets a side win when asked', async () => {
    const call = write('base\n', 'ours\n', 'theirs\n')
    expect(await runMergeFile({ ...call, toStdout: true }, merger, output)).toBe(1)
    expect(warnings).toHaveLength(1)
    expect(await runMergeFile({ ...call, toStdout: true, quiet: true }, merger, output)).toBe(1)
    expect(warnings).toHaveLength(1)
    out = ''
    expect(await runMergeFile({ ...call, toStdout: true, favor: 'theirs' }, merger, output)).toBe(0)
    expect(out).toBe('theirs\n')
  })

  it('answers 255 for what is no merge', async () => {
    const call = write('a\0', 'b\0', 'c\0')
    expect(await runMergeFile(call, merger, output)).toBe(255)
    expect(await runMergeFile({ ...call, ours: file('none') }, merger, output)).toBe(255)
    expect(await runMergeFile({ ...call, ours: directory }, merger, output)).toBe(255)
    expect(warnings.join('\n')).toMatch(/binary[\s\S]*Could not read[\s\S]*not a file/)
  })

  it('says in a line what is wrong with a line, and takes no byte for another', async () => {
    const answers = async (input: Uint8Array) => {
      async function* chunks() {
        yield input
      }
      const found: { id: unknown; clean: boolean; error?: string }[] = []
      for await (const line of mergeBatch(linesOf(chunks()), merger)) found.push(JSON.parse(line))
      return found
    }
    const [short, torn, whole] = await answers(
      Buffer.from(
        '{"id":1,"path":"a","ours":"b"}\n{"id":2,"path":"a","ours":"caf\xe9","theirs":"c"}\n{"id":3,"path":"a","ours":"\xc3\xa9","theirs":"\xc3\xa9"}',
        'latin1',
      ),
    )
    expect(short).toMatchObject({ id: 1, clean: false, error: expect.stringMatching(/^theirs: .*string/) })
    expect(torn).toMatchObject({ clean: false, merged: null, error: expect.stringContaining('utf-8') })
    expect(whole).toMatchObject({ id: 3, clean: true, merged: 'é' })
  })

  it('takes the null device for a version that is not there', async () => {
    const call = write('', 'one\n', 'one\n')
    expect(await runMergeFile({ ...call, base: '/dev/null', toStdout: true }, merger, output)).toBe(0)
    expect(out).toBe('one\n')
  })

  it('reports as JSON', async () => {
    const call = write('base\n', 'ours\n', 'theirs\n')
    expect(await runMergeFile({ ...call, json: true }, merger, output)).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ clean: false, conflicts: 1, strategy: 'conflict' })
    expect(readFileSync(call.ours, 'utf8')).toBe('ours\n')
  })
})

describe('a batch', () => {
  it('answers each line, the bad ones too', async () => {
    const lines = [
      JSON.stringify({
        id: 'a',
        path: 'a.py',
        base: 'import a\n',
        ours: 'import a\nimport b\n',
        theirs: 'import a\nimport c\n',
      }),
      'not json',
      JSON.stringify({ id: 2, path: 'a.txt', base: 'x\n', ours: 'y\n', theirs: 'z\n' }),
      JSON.stringify({ id: 'half', path: 'a.txt' }),
      '',
    ].join('\n')
    const chunks = (async function* () {
      for (const piece of lines.match(/[\s\S]{1,40}/g) ?? []) yield piece
    })()
    const answers: unknown[] = []
    for await (const line of mergeBatch(linesOf(chunks), merger)) answers.push(JSON.parse(line))
    expect(answers).toMatchObject([
      { id: 'a', clean: true, merged: 'import a\nimport b\nimport c\n', strategy: 'structured' },
      { id: null, clean: false, error: expect.any(String) },
      { id: 2, clean: false, strategy: 'conflict', merged: expect.stringContaining('<<<<<<<') },
      { id: 'half', clean: false, error: expect.any(String) },
    ])
  })

  it('carries bytes as base64', async () => {
    const encode = (text: string) => Buffer.from(text, 'latin1').toString('base64')
    const line = JSON.stringify({
      id: 1,
      path: 'a',
      base: encode('\xe9'),
      ours: encode('\xe9'),
      theirs: encode('\xe8\0'),
      encoding: 'base64',
    })
    for await (const answer of mergeBatch([line], merger))
      expect(JSON.parse(answer)).toMatchObject({ clean: true, merged: encode('\xe8\0') })
  })
})

it('serves as a merge driver', async () => {
  const { base, ours, theirs } = write('import a\n', 'import a\nimport b\n', 'import a\nimport c\n')
  expect(await runMergeDriver({ base, ours, theirs, path: 'dir/x.py' }, merger, output)).toBe(0)
  expect(readFileSync(ours, 'utf8')).toBe('import a\nimport b\nimport c\n')
  const conflict = write('base\n', 'ours\n', 'theirs\n')
  expect(await runMergeDriver({ ...conflict, path: 'x.txt', markerSize: 9 }, merger, output)).toBe(1)
  expect(readFileSync(conflict.ours, 'utf8')).toContain('<<<<<<<<< ours\n')
  expect(execFileSync('git', ['--version']).toString()).toContain('git')
})
