import { type CheckReport, objectIdSchema, patchIdSchema } from '@patchlane/kernel'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertMinted, Judgement } from '../src/landing-verdict.ts'

const patchId = patchIdSchema.parse('55555555-5555-4555-8555-555555555555')
const id = (n: number) => objectIdSchema.parse(String(n).repeat(40))
const staged = (tree: number, base = 0) => ({ patchId, base: id(base), commit: id(9), tree: id(tree) })
const report = (outcome: CheckReport['outcome']): CheckReport => ({
  check: 'c',
  kind: 'tests',
  outcome,
  summary: '',
  findings: [],
  output: '',
  changedPaths: [],
  durationMs: 0,
  cached: false,
})

type Step =
  | { do: 'check'; name: string; tree: number; outcome: CheckReport['outcome'] }
  | { do: 'approve'; tree: number }
  | { do: 'preserve'; tree: number }
  | { do: 'restage'; tree: number; base: number }

const tree = fc.constantFrom(1, 1, 1, 1, 2)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('check' as const),
    name: fc.constantFrom('one', 'two'),
    tree,
    outcome: fc.constantFrom<CheckReport['outcome']>(
      'passed',
      'passed',
      'passed',
      'passed',
      'passed',
      'passed',
      'passed',
      'passed',
      'fixed',
      'skipped',
      'failed',
      'broken',
    ),
  }),
  fc.record({ do: fc.constant('approve' as const), tree }),
  fc.record({ do: fc.constant('preserve' as const), tree }),
  fc.record({ do: fc.constant('restage' as const), tree, base: fc.constantFrom(0, 0, 0, 1) }),
)

describe('Judgement', () => {
  it('mints a verdict in exactly those histories in which all was said about the present tree, whatever the order', () => {
    let minted = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 16 }), (steps) => {
        const judgement = new Judgement(staged(1), { checks: ['one', 'two'], approval: true })
        // The same, told apart from how it is done: facts with the tree and base they are about.
        let now = { tree: 1, base: 0 }
        let facts = new Set<string>()
        let refused = false
        for (const each of steps) {
          if (each.do === 'restage') {
            judgement.restage(staged(each.tree, each.base))
            if (each.tree !== now.tree || each.base !== now.base) facts = new Set()
            now = { tree: each.tree, base: each.base }
          } else if (each.do === 'approve') {
            judgement.approved(id(each.tree))
            if (each.tree === now.tree) facts.add('approved')
          } else if (each.do === 'preserve') {
            judgement.preserved(id(each.tree))
            if (each.tree === now.tree) facts.add('preserved')
          } else {
            judgement.checked(each.name, id(each.tree), [report(each.outcome)])
            if (each.tree !== now.tree) continue
            if (each.outcome === 'failed' || each.outcome === 'broken') refused = true
            else facts.add(each.name)
          }
        }
        const complete = !refused && ['one', 'two', 'approved', 'preserved'].every((fact) => facts.has(fact))
        if (!complete) {
          expect(() => judgement.conclude()).toThrowError(/Nothing was landed/)
          return
        }
        minted++
        const verdict = judgement.conclude()
        expect(verdict).toEqual(staged(now.tree, now.base))
        expect(() => assertMinted(verdict)).not.toThrow()
        expect(() => assertMinted({ ...verdict })).toThrowError(/completed judgement/)
        expect(Object.isFrozen(verdict)).toBe(true)
      }),
      { numRuns: 3_000 },
    )
    expect(minted).toBeGreaterThan(50)
  })
})
