import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runReadmeExample } from '../../../scripts/readme-example.ts'

it('runs the example of the README', async () => {
  expect(await runReadmeExample(fileURLToPath(new URL('..', import.meta.url)))).toMatchObject({
    definitions: ['3: function readConfig'],
    imports: ['node:fs/promises'],
    shape: 'object',
    broken: true,
  })
})
