import { contentHash, objectIdSchema, type PatchInput } from '@patchlane/kernel'
import { patchFixture } from '@patchlane/kernel/testing'
import type { Consultation } from '../consultation.ts'

/** A consultation about a small patch that passed its checks; override what the test is about. */
export function consultationFixture(
  patch: Partial<PatchInput> = {},
  overrides: Partial<Consultation> = {},
): Consultation {
  const made = patchFixture(patch)
  return {
    queued: {
      patch: made,
      seq: 1,
      status: 'checking',
      contentHash: contentHash(made),
      verdict: null,
      parkedFor: null,
      approved: false,
      createdAt: 0,
      updatedAt: 0,
      settledAt: null,
    },
    base: objectIdSchema.parse('b'.repeat(40)),
    commit: objectIdSchema.parse('c'.repeat(40)),
    tree: objectIdSchema.parse('d'.repeat(40)),
    changes: made.changes,
    checks: [],
    merges: {},
    ...overrides,
  }
}
