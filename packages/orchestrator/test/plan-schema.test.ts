import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { planJsonSchema } from '../src/index.ts'

it('publishes the schema of plans that the code has', async () => {
  const text = await readFile(join(import.meta.dirname, '../schema/plan.schema.json'), 'utf8')
  expect(
    JSON.parse(text),
    'run node --conditions=@patchlane/source packages/orchestrator/scripts/write-schema.ts',
  ).toEqual(JSON.parse(JSON.stringify(planJsonSchema())))
})
