import { expect, it } from 'vitest'
import { ThrowawayRepository } from '../support/throwaway-repository.ts'

it('gives the same commit the same version in another clone', async () => {
  const repository = await ThrowawayRepository.create({
    'src/a.ts': "import { b } from './b.ts'\nexport const a = () => b()\n",
    'src/b.ts': 'export const b = () => 1\n',
    'tool.py': 'def tool():\n    return 1\n',
  })
  try {
    const clone = repository.path('clone')
    await repository.git('clone', '--quiet', '--no-local', repository.directory, clone)
    const here = await (await repository.open()).index()
    const there = await (await repository.open({ workspaces: { root: repository.path('other') } }, clone)).index()
    // Both cold: neither took it from the other.
    expect([here.fresh, there.fresh]).toEqual([true, true])
    expect(there.stamp).toEqual(here.stamp)
    expect(here.stamp.indexVersion).toMatch(/^[0-9a-f]{64}$/)

    await repository.commit('another', { 'src/b.ts': 'export const b = () => 2\n' })
    const moved = await (await repository.open()).stamp()
    expect(moved.indexVersion).not.toBe(here.stamp.indexVersion)
    // Back to the same content is back to the same version, whatever the history.
    await repository.commit('back', { 'src/b.ts': 'export const b = () => 1\n' })
    const back = await (await repository.open()).stamp()
    expect(back.commit).not.toBe(here.stamp.commit)
    expect(back.indexVersion).toBe(here.stamp.indexVersion)
  } finally {
    await repository.dispose()
  }
})
