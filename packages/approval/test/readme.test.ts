import { expect, it } from 'vitest'
import { runReadmeExample } from '../../../scripts/readme-example.ts'

it('runs the example of the README', async () => {
  const { asked, answered } = await runReadmeExample(`${import.meta.dirname}/..`)
  expect(asked).toMatchObject({ decision: 'ask', risk: { level: 'high' } })
  expect(answered).toMatchObject({ decision: 'approved', reasons: ['approved by ada'] })
})
