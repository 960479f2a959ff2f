import type { PatchInput } from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'
import { describe, expect, it } from 'vitest'
import { RiskAssessor } from '../src/index.ts'
import { consultationFixture } from '../src/testing/index.ts'

const assessor = new RiskAssessor()
const modify = (path: string, before: string, after: string) => ({
  kind: 'modify' as const,
  path,
  before: versionOf(before),
  after: versionOf(after),
})
const assess = (...changes: PatchInput['changes']) => assessor.assess(consultationFixture({ changes }))
const rules = async (...changes: PatchInput['changes']) =>
  (await assess(...changes)).reasons.map((reason) => reason.rule)

describe('RiskAssessor', () => {
  it('sees nothing in a small ordinary change', async () => {
    expect(await assess(modify('src/a.ts', 'a\n', 'b\n'))).toEqual({ level: 'low', score: 0, reasons: [] })
  })

  it.each([
    ['.github/workflows/ci.yml', 'ci-configuration'],
    ['.ci/run', 'ci-configuration'],
    ['CODEOWNERS', 'review-policy'],
    ['patchlane.config.ts', 'review-policy'],
    ['.husky/pre-commit', 'hooks'],
    ['.pre-commit-config.yaml', 'hooks'],
    ['sub/.gitattributes', 'git-configuration'],
    ['AGENTS.md', 'agent-instructions'],
  ])('never lets %s pass unseen (%s)', async (path, rule) => {
    const { reasons } = await assess(modify(path, 'a\n', 'b\n'))
    expect(reasons).toContainEqual(expect.objectContaining({ rule, floor: true, paths: [path] }))
  })

  it('looks at the old name of a renamed file too', async () => {
    const found = await rules({
      kind: 'rename',
      from: '.github/workflows/ci.yml',
      path: 'notes.yml',
      before: versionOf('a'),
      after: versionOf('a'),
    })
    expect(found).toContain('ci-configuration')
  })

  it('sees tests that are deleted, skipped, thinned out or made to assert less', async () => {
    const test = "it('adds', () => {\n  expect(add(1, 2)).toBe(3)\n})\n"
    expect(await rules({ kind: 'delete', path: 'test/add.test.ts', before: versionOf(test) })).toContain(
      'tests-weakened',
    )
    expect(await rules(modify('test/add.test.ts', test, test.replace('it(', 'it.skip(')))).toContain('tests-weakened')
    expect(await rules(modify('test/add.test.ts', test, '// nothing\n'))).toContain('tests-weakened')
    expect(
      await rules(modify('test/add.test.ts', test, test.replace('  expect(add(1, 2)).toBe(3)\n', '  add(1, 2)\n'))),
    ).toContain('tests-weakened')
    expect(
      await rules(
        modify('tests/test_add.py', 'def test_a():\n    assert add(1) == 2\n', 'def test_a():\n    add(1)\n'),
      ),
    ).toContain('tests-weakened')
    expect(await rules(modify('test/add.test.ts', test, test + test))).not.toContain('tests-weakened')
  })

  it('sees links, executables, binaries, install scripts and dangerous calls', async () => {
    expect(await rules({ kind: 'create', path: 'l', after: versionOf('/etc', '120000') })).toContain('symlink')
    expect(await rules({ kind: 'create', path: 'x.sh', after: versionOf('a\n', '100755') })).toContain('executable')
    expect(await rules({ kind: 'create', path: 'b', after: versionOf(new Uint8Array([0, 1])) })).toContain('binary')
    expect(await rules(modify('package.json', '{}\n', '{\n"postinstall": "x"}\n'))).toContain('install-script')
    expect(await rules(modify('src/a.py', 'a\n', 'os.system("x")\n'))).toContain('dangerous-call')
  })

  it('sees where a link leads change, or move', async () => {
    const link = (target: string) => versionOf(target, '120000')
    const change = { kind: 'modify' as const, path: 'l', before: link('a'), after: link('b') }
    const move = { kind: 'rename' as const, from: 'l', path: 'd/l', before: link('../a'), after: link('../a') }
    for (const one of [change, move]) {
      const { reasons } = await assess(one)
      expect(reasons).toContainEqual(expect.objectContaining({ rule: 'symlink', floor: true }))
    }
  })

  it.each([
    ['spelled otherwise', '{"scripts":{"post\\u0069nstall":"x"}}'],
    ['with the colon on the next line', '{"scripts":{"postinstall"\n:"x"}}'],
    ['behind a byte-order mark', '\ufeff{"scripts":{"prepare"\n:"x"}}'],
  ])('sees an install script %s', async (_, text) => {
    const { reasons } = await assess(modify('sub/package.json', '{}\n', text))
    expect(reasons).toContainEqual(expect.objectContaining({ rule: 'install-script', floor: true }))
  })

  it('passes over install scripts that were there', async () => {
    const text = (name: string) => `{\n"scripts": {\n"prepare": "x"\n},\n"name": "${name}"\n}`
    expect(await rules(modify('package.json', text('a'), text('b')))).not.toContain('install-script')
  })

  it("sees Patchlane's own configuration in package.json, and no other change of it", async () => {
    const text = (checks: object) => JSON.stringify({ name: 'x', patchlane: { checks } })
    const { reasons } = await assess(modify('package.json', '{"name":"x"}', text({})))
    expect(reasons).toContainEqual(expect.objectContaining({ rule: 'review-policy', level: 'critical', floor: true }))
    expect(await rules(modify('package.json', text({}), text({ lint: 'off' })))).toContain('review-policy')
    expect(await rules(modify('package.json', text({}), '{"name":"x"}'))).toContain('review-policy')
    const moved = {
      kind: 'rename' as const,
      from: 'a.json',
      path: 'package.json',
      before: versionOf(text({})),
      after: versionOf(text({})),
    }
    expect(await rules(moved)).toContain('review-policy')
    expect(await rules(modify('package.json', text({}), text({}).replace('"x"', '"y"')))).not.toContain('review-policy')
    expect(await rules(modify('sub/package.json', '{}', text({})))).not.toContain('review-policy')
  })

  it('finds a credential without repeating it', async () => {
    const key = [
      '-----BEGIN',
      ' RSA PRIVATE KEY-----\n',
      `${'MIIEpAIBAAKCAQEA'.repeat(8)}\n`,
      '-----END',
      ' RSA PRIVATE KEY-----\n',
    ].join('')
    const risk = await assess({ kind: 'create', path: 'src/key.ts', after: versionOf(key) })
    expect(risk.reasons).toContainEqual(expect.objectContaining({ rule: 'secret', floor: true, paths: ['src/key.ts'] }))
    expect(JSON.stringify(risk)).not.toContain('MIIEpAIB')
  })

  it('grows with size and spread, and with merges by other means than git', async () => {
    const long = Array.from({ length: 500 }, (_, n) => `line ${n}\n`).join('')
    expect(await rules(modify('src/a.ts', '', long))).toContain('large')
    const many = Array.from({ length: 25 }, (_, n) => modify(`src/${n}.ts`, 'a\n', 'b\n'))
    expect(await rules(...many)).toContain('wide')
    const { reasons } = await assessor.assess(
      consultationFixture(
        {},
        { merges: { 'a.ts': 'resolver:llm', 'b.ts': 'structured', 'c.ts': 'structured:unsure' } },
      ),
    )
    expect(reasons.map((reason) => [reason.rule, reason.level])).toEqual([
      ['resolver-merge', 'high'],
      ['unsure-merge', 'high'],
      ['structured-merge', 'low'],
    ])
  })
})
