import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blobId, canonicalJson, contentHash, patchIdOf, patchSchema, touchedPaths, uuidV5 } from '../src/index.ts'
import { patchFixture, versionOf } from '../src/testing/index.ts'

describe('ids', () => {
  it('gives a patch the same id for the same run, subtask and attempt, and no other', () => {
    const origin = { runId: 'r', subtaskId: 's', attempt: 1 }
    expect(patchIdOf(origin)).toBe(patchIdOf({ ...origin }))
    expect(patchIdOf(origin)).not.toBe(patchIdOf({ ...origin, attempt: 2 }))
    expect(patchIdOf({ runId: 'a,b', subtaskId: 'c', attempt: 1 })).not.toBe(
      patchIdOf({ runId: 'a', subtaskId: 'b,c', attempt: 1 }),
    )
  })

  it('agrees with the example of RFC 9562', () => {
    expect(uuidV5('www.example.com', '6ba7b810-9dad-11d1-80b4-00c04fd430c8')).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    )
  })

  it('computes blob ids as git does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
        const git = execFileSync('git', ['hash-object', '--stdin'], {
          input: Buffer.from(content),
          encoding: 'utf8',
        }).trim()
        expect(blobId(content)).toBe(git)
      }),
      { numRuns: 15 },
    )
  })
})

describe('digests', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (record) => {
        const reversed = Object.fromEntries(Object.entries(record).reverse())
        expect(canonicalJson(reversed)).toBe(canonicalJson(record))
        expect(JSON.parse(canonicalJson(record))).toEqual(record)
      }),
    )
  })

  it('hashes what a patch changes, in any order of files, and nothing else', () => {
    const a = { kind: 'create' as const, path: 'a', after: versionOf('a') }
    const b = { kind: 'create' as const, path: 'b', after: versionOf('b') }
    const hash = contentHash(patchFixture({ changes: [a, b] }))
    expect(contentHash(patchFixture({ changes: [b, a], title: 'Another title' }))).toBe(hash)
    expect(contentHash(patchFixture({ changes: [a, { ...b, after: versionOf('b', '100755') }] }))).not.toBe(hash)
    expect(contentHash(patchFixture({ changes: [a] }))).not.toBe(hash)
  })
})

describe('patches', () => {
  it('refuses unsafe paths, gitlinks and emptiness at the boundary', () => {
    const good = patchFixture()
    const withChange = (change: object) => patchSchema.safeParse({ ...good, changes: [change] }).success
    expect(withChange({ kind: 'create', path: 'x', after: versionOf('x') })).toBe(true)
    expect(withChange({ kind: 'create', path: '../x', after: versionOf('x') })).toBe(false)
    expect(withChange({ kind: 'create', path: 'x', after: { ...versionOf('x'), mode: '160000' } })).toBe(false)
    expect(patchSchema.safeParse({ ...good, changes: [] }).success).toBe(false)
  })

  it('lists both ends of a rename as touched', () => {
    const change = patchFixture({
      changes: [{ kind: 'rename', from: 'old', path: 'new', before: versionOf('x'), after: versionOf('x') }],
    })
    expect(touchedPaths(change.changes)).toEqual(['new', 'old'])
  })
})
