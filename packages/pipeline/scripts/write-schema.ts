// Writes the published JSON schema of the configuration: node --conditions=@patchlane/source packages/pipeline/scripts/write-schema.ts
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configJsonSchema } from '../src/load-config.ts'

const file = join(import.meta.dirname, '..', 'schema', 'config.schema.json')
writeFileSync(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`)
