import { expect, it } from 'vitest'
import { runReadmeExample } from '../../../scripts/readme-example.ts'

it('runs the example of the README', async () => {
  const { first, again } = await runReadmeExample(`${import.meta.dirname}/..`)
  expect(first).toMatchObject({ status: 'ready', versionId: 1, fileCount: 1 })
  expect(again).toEqual(first)
})
