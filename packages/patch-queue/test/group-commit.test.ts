import { PatchlaneError } from '@patchlane/kernel'
import { describe, expect, it } from 'vitest'
import { GroupCommit } from '../src/group-commit.ts'

class AwayError extends PatchlaneError {
  override readonly code = 'TEST_AWAY'
  override readonly retryable = true
}

function grouped(fail: (group: readonly number[]) => Error | undefined = () => undefined) {
  const groups: number[][] = []
  const commit = new GroupCommit<number, string>({
    async run(group) {
      groups.push([...group])
      await new Promise((resolve) => setTimeout(resolve, 5))
      const error = fail(group)
      if (error !== undefined) throw error
      return group.map((item) => `done ${item}`)
    },
    sizeOf: (item) => item,
    maxSize: 10,
    maxItems: 3,
  })
  return { groups, commit }
}

describe('GroupCommit', () => {
  it('lets the first go alone and joins what comes meanwhile, within the limits, in order', async () => {
    const { groups, commit } = grouped()
    const results = await Promise.all([1, 2, 3, 4, 6, 5, 50, 1].map((item) => commit.add('lane', item)))
    expect(groups).toEqual([[1], [2, 3, 4], [6], [5], [50], [1]])
    expect(results).toEqual([1, 2, 3, 4, 6, 5, 50, 1].map((item) => `done ${item}`))
    expect(await commit.add('lane', 7)).toBe('done 7')
  })

  it('keeps lanes apart', async () => {
    const { groups, commit } = grouped()
    await Promise.all([commit.add('a', 1), commit.add('b', 2), commit.add('a', 3)])
    expect(groups).toEqual([[1], [2], [3]])
  })

  it('tries the members of a failed group alone', async () => {
    const { groups, commit } = grouped((group) => (group.includes(3) ? new TypeError('three') : undefined))
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map((item) => commit.add('lane', item)))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(groups).toEqual([[1], [2, 3, 4], [2], [3], [4]])
  })

  it('tells all of a group when the fault is nobody’s', async () => {
    const { groups, commit } = grouped(() => new AwayError('The store is away.'))
    const outcomes = await Promise.allSettled([1, 2, 3].map((item) => commit.add('lane', item)))
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(groups).toEqual([[1], [2, 3]])
  })
})
