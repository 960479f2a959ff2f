import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runReadmeExample } from '../../../scripts/readme-example.ts'

it('runs the README example', async () => {
  const { answers } = await runReadmeExample(join(import.meta.dirname, '..'))
  expect(answers).toEqual(['About worktrees', 'About leases'])
})
