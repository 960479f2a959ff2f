import { expect, it } from 'vitest'
import { runReadmeExample } from '../../../scripts/readme-example.ts'

it('runs the example of the README', async () => {
  expect(await runReadmeExample(new URL('..', import.meta.url).pathname)).toMatchObject({
    settled: [{ status: 'landed' }],
    undo: { patch: { kind: 'undo', changes: [{ kind: 'modify', path: 'a.txt' }] } },
  })
})
