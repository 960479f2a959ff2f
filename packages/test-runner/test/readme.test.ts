import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runReadmeExample } from '../../../scripts/readme-example.ts'

it('runs the example of the README', async () => {
  const { selected, outcome } = await runReadmeExample(join(import.meta.dirname, '..'))
  expect(selected).toEqual(['price.test.js'])
  expect(outcome).toBe('passed')
})
