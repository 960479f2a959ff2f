import { expect, it } from 'vitest'
import { confidenceIn, readTree, type Tree, writeTree } from '../src/structured/gate.ts'
import { gateTrees } from '../src/structured/gate-trees.ts'

const tree: Tree = ['a', 0.5, ['b & c', -0.25, 1, ['d', 2, -1, 0.5]], ['b & c', 0, -2, 3]]

it('reads trees as it writes them', () => {
  expect(readTree(writeTree(tree))).toEqual(tree)
  expect(readTree('0.25')).toBe(0.25)
})

it('follows a tree: a feature that is not there is 0', () => {
  const sure = (features: Record<string, number>) => confidenceIn(features, { bias: 0, trees: [tree] })
  const chance = (score: number) => 1 / (1 + Math.exp(-score))
  expect(sure({ 'b & c': -1 })).toBeCloseTo(chance(1))
  expect(sure({})).toBeCloseTo(chance(-1))
  expect(sure({ d: 2 })).toBeCloseTo(chance(0.5))
  expect(sure({ a: 1 })).toBeCloseTo(chance(3))
  expect(sure({ a: 0.5, 'b & c': -0.1 })).toBeCloseTo(chance(-2))
})

it('ships trees that can be read, each feature with a threshold', () => {
  expect(gateTrees.trees.length).toBeGreaterThan(50)
  for (const text of gateTrees.trees) {
    expect(writeTree(readTree(text))).toBe(text)
    expect(text).not.toContain('NaN')
  }
})
