import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runReadmeExample } from '../../../scripts/readme-example.ts'

it('runs the README example', async () => {
  const { changes } = await runReadmeExample(join(import.meta.dirname, '..'))
  expect(changes).toMatchObject([{ kind: 'modify', path: 'greeting.txt' }])
})
