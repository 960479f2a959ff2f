import { expect, it } from 'vitest'
import { runReadmeExample } from '../../../scripts/readme-example.ts'

it('runs the example of the README', async () => {
  const { result, text } = await runReadmeExample(new URL('..', import.meta.url).pathname)
  expect(result).toMatchObject({ clean: true, strategy: 'structured' })
  expect(text).toBe('import os\nimport re\nimport sys\n\ndef total(goods, mode, tax):\n    return sum(items)\n')
})
