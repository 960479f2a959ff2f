import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runReadmeExample } from '../../../scripts/readme-example.ts'

it('runs the example of the README', async () => {
  const result = await runReadmeExample(fileURLToPath(new URL('..', import.meta.url)))
  expect(result.entry).toMatchObject({ status: 'landed', seq: 1 })
})
