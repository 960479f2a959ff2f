// Writes docs/reference/cli.md: node --conditions=@patchlane/source apps/cli/scripts/write-reference.ts && biome format --write docs
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { referenceText } from './reference.ts'

writeFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'reference', 'cli.md'), referenceText())
