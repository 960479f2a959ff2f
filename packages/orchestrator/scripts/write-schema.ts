// Writes the published JSON schema of plan files: node --conditions=@patchlane/source packages/orchestrator/scripts/write-schema.ts
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { planJsonSchema } from '../src/plan/plan-schema.ts'

const file = join(import.meta.dirname, '..', 'schema', 'plan.schema.json')
writeFileSync(file, `${JSON.stringify(planJsonSchema(), null, 2)}\n`)
