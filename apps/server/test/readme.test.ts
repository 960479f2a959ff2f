import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runReadmeExample } from '../../../scripts/readme-example.ts'

it('runs the example of the README', async () => {
  expect(await runReadmeExample(join(import.meta.dirname, '..'))).toMatchObject({
    names: ['ci', 'ann'],
    lastEventId: 7,
    problem: { status: 500, code: 'SERVER_INTERNAL', detail: 'The server failed on this request.' },
  })
})
