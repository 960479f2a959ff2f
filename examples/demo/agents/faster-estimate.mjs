// An agent that means well: it makes the estimator "faster" by leaving out the sorting, which a test forbids.
import { edit } from './edit.mjs'

edit('packages/rate-limit/src/output-estimator.ts', (text) =>
  text.replace('samples.toSorted((a, b) => a - b)', 'samples'),
)
