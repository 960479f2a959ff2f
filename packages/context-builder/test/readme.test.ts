import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runReadmeExample } from '../../../scripts/readme-example.ts'

it('runs the example of the README', async () => {
  const { first, why, tokens } = await runReadmeExample(fileURLToPath(new URL('..', import.meta.url)))
  expect(first).toBe('src/cookie.ts')
  expect(why).toContain('defines parseCookie')
  expect(tokens).toBeLessThanOrEqual(2_000)
})
