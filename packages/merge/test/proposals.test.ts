import { describe, expect, it } from 'vitest'
import { factsOf } from '../src/structured/facts.ts'
import { mirrored } from '../src/structured/feature-set.ts'
import { describer } from '../src/structured/features.ts'
import { fileKind, type Hunk, type HunkContext, type Proposal } from '../src/structured/hunk.ts'
import { higherVersion } from '../src/structured/merge-version.ts'
import { proposalsFor } from '../src/structured/propose.ts'
import { splitLines } from '../src/structured/text.ts'

const hunkOf = (base: string, ours: string, theirs: string): Hunk => ({
  base: splitLines(base),
  ours: splitLines(ours),
  theirs: splitLines(theirs),
})
const contextOf = (path: string, before = '', after = ''): HunkContext => ({
  path,
  kind: fileKind(path, undefined),
  before: splitLines(before),
  after: splitLines(after),
})
const propose = (hunk: Hunk, context = contextOf('a.txt')) => proposalsFor(hunk, context)
const texts = (proposals: readonly Proposal[], rule?: string) =>
  proposals.filter(({ rules }) => rule === undefined || [...rules].some((one) => one === rule)).map(({ text }) => text)

describe('entries of both sides', () => {
  it('are set into one another where both lists are sorted', () => {
    const hunk = hunkOf('', "import b from './b'\nimport {\n  f,\n} from './f'\n", "import d from './d'\n")
    expect(texts(propose(hunk), 'entries')).toEqual([
      "import b from './b'\nimport d from './d'\nimport {\n  f,\n} from './f'\n",
    ])
  })

  it('are set into one another by where imports come from', () => {
    const hunk = hunkOf('', "import z from './a'\nimport a from './f'\n", "import m from './c'\n")
    expect(texts(propose(hunk), 'entries')).toEqual(["import z from './a'\nimport m from './c'\nimport a from './f'\n"])
  })

  it('stay in their blocks where a list is not sorted, or one goes before the other', () => {
    expect(texts(propose(hunkOf('', 'b\na\n', 'c\n')), 'entries')).toEqual([])
    expect(texts(propose(hunkOf('', 'a\nb\n', 'c\n')), 'entries')).toEqual([])
  })

  it('take what both brought once', () => {
    const found = texts(propose(hunkOf('', 'alpha()\ngamma()\n', 'alpha()\nbeta()\ndelta()\n')), 'entries')
    expect(found).toEqual(['alpha()\nbeta()\ndelta()\ngamma()\n'])
  })
})

it('keeps entries in the section they were added to, before the further sections of the other side', () => {
  const hunk = hunkOf('', '- Ours\n', '- Theirs\n\n## 1.0\n\n- Old\n')
  expect(texts(propose(hunk, contextOf('CHANGELOG.md', '## Next\n\n')), 'section')).toEqual([
    '- Theirs\n- Ours\n\n## 1.0\n\n- Old\n',
  ])
})

describe('two blocks', () => {
  it('stand whole, one after the other, also where they share lines', () => {
    const [ours, theirs] = ["add('a', () => {\n  one()\n})\n", "add('b', () => {\n  two()\n})\n"]
    const found = texts(propose(hunkOf('', ours, theirs)))
    expect(found).toContain(`${ours}${theirs}`)
    expect(found).toContain(`${theirs}${ours}`)
  })

  it.each([
    ['as they came', 'one\n\n', '\ntwo\n', 'one\n\n\ntwo\n'],
    ['with the blank lines between them once', 'one\n\n', '\ntwo\n', 'one\n\ntwo\n'],
    ['with a blank line before each, where one has it', 'one\n', '\ntwo\n', '\none\n\ntwo\n'],
    ['with a blank line behind each, where one has it', 'one\n\n', 'two\n', 'one\n\ntwo\n\n'],
  ])('%s', (_, ours, theirs, merged) => {
    expect(texts(propose(hunkOf('', ours, theirs)))).toContain(merged)
  })
})

describe('one side as it is', () => {
  it('is proposed where it took out more of the same', () => {
    expect(texts(propose(hunkOf('a\nb\nc\n', '', 'a\nc\n')), 'side')).toEqual([''])
  })

  it('is not proposed where it lacks a word that the other added, in a number too', () => {
    expect(texts(propose(hunkOf('[12.x, 18.0]\n', '[18.x]\n', '[12.x, 14.x, 18.x]\n')), 'side')).not.toContain(
      '[18.x]\n',
    )
  })

  it('is not proposed where it would bring back what the other took out', () => {
    expect(texts(propose(hunkOf('a = 1\n', 'a = 22\n', '')), 'side')).toEqual([])
    expect(texts(propose(hunkOf('b = 2\n', '', 'b = 22\n')), 'side')).not.toContain('b = 22\n')
  })
})

describe('the higher of two versions', () => {
  it.each([
    ['1.9.0-beta.4', '1.9.0-beta.1+canary', '1.10.0-beta.1+canary', '1.10.0-beta.1+canary'],
    ['1.9.0.beta.4', '1.9.0.beta.1', '1.10.0.beta.1', '1.10.0.beta.1'],
    ['1.2rc1', '1.1', '1.1.1', '1.2rc1'],
    ['1.3.dev', '1.2.dev', '1.4', '1.4'],
    ['1.2.0', '1.1.0', '1.3.0', '1.3.0'],
  ])('of %s over %s and %s', (ours, base, theirs, higher) => {
    expect(higherVersion(ours, base, theirs)).toBe(higher)
    expect(higherVersion(theirs, base, ours)).toBe(higher)
  })

  it('is left open where the lower one says that it is a pre-release', () => {
    expect(higherVersion('1.2.0rc1', '1.1.0', '1.3.0')).toBeUndefined()
    expect(higherVersion('2.2.post1', '2.2', '2.3')).toBeUndefined()
    expect(higherVersion('3.1.4.dev', '3.1.3', '3.2.0.dev0')).toBeUndefined()
  })

  it('is left open where pre-releases of one version differ, or one was lowered', () => {
    expect(higherVersion('1.2.0-a', '1.1.0', '1.2.0-b')).toBeUndefined()
    expect(higherVersion('1.0.0', '1.1.0', '1.2.0')).toBeUndefined()
  })
})

describe('what the gate is told', () => {
  const describeAll = (hunk: Hunk, context: HunkContext) => {
    const versions = {
      path: context.path,
      base: hunk.base.join(''),
      ours: hunk.ours.join(''),
      theirs: hunk.theirs.join(''),
    }
    const file = factsOf(versions, [
      { kind: 'merged', lines: ['use(one, four)\n'] },
      { kind: 'conflict', ...hunk },
    ])
    const proposals = proposalsFor(hunk, context)
    const describe = describer(hunk, context, file, proposals)
    return new Map(proposals.map((proposal) => [proposal.text, describe(proposal)]))
  }
  const imports = (...names: string[]) => names.map((name) => `import ${name} from './${name}'\n`).join('')

  it('which block comes first, with the other sign where the sides are exchanged', () => {
    const found = describeAll(hunkOf('', 'one()\n', 'two()\n'), contextOf('a.ts'))
    const first = found.get('one()\ntwo()\n') ?? {}
    expect(first['ours first']).toBe(1)
    expect(found.get('two()\none()\n')?.['ours first']).toBe(-1)
    expect(mirrored(first)['ours first']).toBe(-1)
    expect(mirrored(mirrored(first))).toEqual(first)
  })

  it('which order is that of the lines around', () => {
    const context = contextOf('a.ts', imports('a', 'b', 'c'), imports('x', 'y', 'z'))
    const found = describeAll(hunkOf('', imports('four'), imports('one')), context)
    expect(found.get(imports('four', 'one'))).toMatchObject({ 'union: chain by source': 1, 'union: order around': 1 })
    expect(found.get(imports('one', 'four'))).toMatchObject({ 'union: chain by source': -1, 'union: order around': -1 })
  })

  it('that an import is used, that a line stands beside it already', () => {
    const used = describeAll(hunkOf('', imports('four'), imports('one')), contextOf('a.ts'))
    expect(used.get(imports('four', 'one'))).toMatchObject({ 'all imports used': 1 })
    const unused = describeAll(hunkOf('', imports('four'), imports('five')), contextOf('a.ts', imports('five')))
    expect(unused.get(imports('four', 'five'))?.['unused imports']).toBeGreaterThan(0)
    expect(unused.get(imports('four', 'five'))?.['repeats around']).toBeGreaterThan(0)
  })

  it('that a gap is like the one before', () => {
    const found = describeAll(hunkOf('', 'one\n\n', '\ntwo\n'), contextOf('a.txt', 'zero\n\n', 'three\n'))
    expect(found.get('one\n\ntwo\n')).toMatchObject({ 'gap: as before': 1 })
    expect(found.get('one\n\n\ntwo\n')).toMatchObject({ 'gap: as before': -1, 'gap: wide': 1 })
  })
})
