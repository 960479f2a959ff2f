import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runReadmeExample } from '../../../scripts/readme-example.ts'

it('runs the example of the README', async () => {
  expect(await runReadmeExample(join(import.meta.dirname, '..'))).toMatchObject({ open: ['rename'], isConflict: true })
})
