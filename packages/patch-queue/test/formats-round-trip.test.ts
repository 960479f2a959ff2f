import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FileChange, type FileVersion, fileChangeSchema, PatchlaneError } from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inlineDiff, parsePatch, renderDiff } from '../src/formats/index.ts'

const line = fc.constantFrom(
  'a',
  'b',
  '',
  '  ',
  '-- x',
  '++ y',
  '@@ -1 +1 @@',
  'diff --git a/x b/x',
  '\\ No',
  'é😀',
  '\ufeffbom',
  'a\rb',
)
const text = fc
  .tuple(fc.array(fc.tuple(line, fc.constantFrom('\n', '\n', '\r\n'))), fc.constantFrom('', '', 'open end', '\r'))
  .map(([lines, last]) => new TextEncoder().encode(lines.map(([body, end]) => body + end).join('') + last))
const content = fc.oneof({ weight: 4, arbitrary: text }, fc.uint8Array({ maxLength: 200 }))
const mode = fc.constantFrom('100644' as const, '100755' as const, '120000' as const)
const version: fc.Arbitrary<FileVersion> = fc.tuple(content, mode).map(([bytes, kind]) => versionOf(bytes, kind))
const path = fc.constantFrom('a', 'dir/b.txt', 'with blank.txt', 'ünïcode/ß.md', 'quo"te', 'b/b', 'z/a b/z')

const change: fc.Arbitrary<FileChange> = fc
  .record({ kind: fc.constantFrom('create', 'modify', 'delete', 'rename'), path, before: version, after: version })
  .filter(({ kind, before, after }) => kind !== 'modify' || before.oid !== after.oid || before.mode !== after.mode)
  .map((value) =>
    fileChangeSchema.parse({ ...value, ...(value.kind === 'rename' ? { from: `old ${value.path}` } : {}) }),
  )

/** Reads the tree that the changes were made on. */
function readerOf(changes: readonly FileChange[]): (path: string) => Promise<FileVersion | null> {
  const base = new Map<string, FileVersion>()
  for (const item of changes)
    if ('before' in item) base.set(item.kind === 'rename' ? item.from : item.path, item.before)
  return async (name) => base.get(name) ?? null
}

it('gives the same changes back, to the byte, after rendering and parsing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(change, { selector: (item) => item.path, minLength: 1, maxLength: 4 }),
      async (changes) => {
        const parsed = await parsePatch(renderDiff(changes), { readBase: readerOf(changes) })
        const sorted = [...changes].sort((a, b) => (a.path < b.path ? -1 : 1))
        expect(parsed.changes).toEqual(sorted)
        expect(parsed.notes).toEqual([])
      },
    ),
    { numRuns: 300 },
  )
})

it('gives the same changes back from a reply that has each in a fence of its own', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(change, { selector: (item) => item.path, minLength: 1, maxLength: 4 }),
      async (changes) => {
        const reply = changes
          .map((item) => `This changes a file:\n\n\`\`\`diff\n${renderDiff([item])}\`\`\`\n`)
          .join('\n')
        const parsed = await parsePatch(reply, { readBase: readerOf(changes) })
        expect(parsed.changes).toEqual([...changes].sort((a, b) => (a.path < b.path ? -1 : 1)))
        expect(parsed.notes).toEqual(['the text around the fenced patch was left out'])
      },
    ),
    { numRuns: 100 },
  )
})

const confusing = fc
  .array(
    fc.constantFrom(
      ...['', 'text', 'a.txt', '=======', '=====', '<<<<<<< HEAD', '>>>>>>> branch', '>>>>>>> REPLACE', '```', '```sh'],
      ...[
        '*** Begin Patch',
        '*** End Patch',
        'diff --git a/a.txt b/a.txt',
        '--- a/a.txt',
        '+++ b/a.txt',
        '@@ -1 +1 @@',
      ],
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((lines) => lines.map((item) => `${item}\n`).join(''))

it.each([
  ['search/replace blocks', (text: string) => `a.txt\n<<<<<<< SEARCH\ntwo\n=======\n${text}>>>>>>> REPLACE\n`],
  ['whole files', (text: string) => `a.txt\n\`\`\`\`\none\n${text}three\n\`\`\`\`\n`],
])('takes content in %s to the byte, or refuses it', async (_, letter) => {
  await fc.assert(
    fc.asyncProperty(confusing, async (text) => {
      const readBase = async (name: string) => (name === 'a.txt' ? versionOf('one\ntwo\nthree\n') : null)
      const outcome = await parsePatch(letter(text), { readBase }).then(
        ({ changes }) => changes,
        (error: unknown) => {
          if (error instanceof PatchlaneError) return 'refused'
          throw error
        },
      )
      if (outcome === 'refused') return
      const after = versionOf(`one\n${text}three\n`)
      expect(outcome).toMatchObject([{ path: 'a.txt', after: { oid: after.oid } }])
    }),
    { numRuns: 300 },
  )
})

it('renders what git itself applies', () => {
  const directory = mkdtempSync(join(tmpdir(), 'formats-'))
  try {
    fc.assert(
      fc.property(content, content, (before, after) => {
        fc.pre(Buffer.compare(before, after) !== 0)
        writeFileSync(join(directory, 'f'), before)
        const diff = renderDiff([
          fileChangeSchema.parse({ kind: 'modify', path: 'f', before: versionOf(before), after: versionOf(after) }),
        ])
        execFileSync('git', ['apply', '--whitespace=nowarn', '-'], {
          cwd: directory,
          input: diff,
          stdio: ['pipe', 'ignore', 'ignore'],
        })
        expect(Buffer.compare(readFileSync(join(directory, 'f')), after)).toBe(0)
      }),
      { numRuns: 40 },
    )
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

it('reads the deltas of git`s own binary diffs', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'formats-'))
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: directory })
    const before = Buffer.from(Array.from({ length: 4000 }, (_, n) => (n * 7919) % 256))
    const after = Buffer.concat([before.subarray(0, 1500), Buffer.from([1, 2, 0, 3]), before.subarray(1400)])
    git('init', '-q')
    writeFileSync(join(directory, 'f.bin'), before)
    git('add', '.')
    writeFileSync(join(directory, 'f.bin'), after)
    const diff = git('diff', '--binary', '--full-index')
    expect(diff.toString('latin1')).toContain('\ndelta ')
    const parsed = await parsePatch(diff, { readBase: async () => versionOf(before) })
    expect(parsed.changes[0]).toMatchObject({ kind: 'modify', after: { oid: versionOf(after).oid } })
    await expect(parsePatch(diff, { readBase: async () => versionOf('other') })).rejects.toMatchObject({
      code: 'PATCH_QUEUE_MALFORMED_PATCH',
    })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

it('shows what changed within a line', () => {
  expect(inlineDiff('a blue car', 'a red car').map((piece) => piece.op)).toContain('added')
})
