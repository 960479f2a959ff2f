import { expect, it } from 'vitest'
import { runReadmeExample } from '../../../scripts/readme-example.ts'

it('runs the example of the README', async () => {
  const { patch, problem } = await runReadmeExample(`${import.meta.dirname}/..`)
  expect(patch).toMatchObject({ title: 'Say hello' })
  expect(problem).toContain("git's own folder")
})
