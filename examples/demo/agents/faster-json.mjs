// An agent that means well: it "speeds up" canonical JSON by leaving out the sorting, which a test forbids.
import { edit } from './edit.mjs'

edit('packages/kernel/src/digest.ts', (text) => text.replace(/\n\s*\.sort\([^\n]*\)(?=\n\s*\.map)/, ''))
