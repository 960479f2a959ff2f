import { z } from 'zod'
import { objectIdSchema } from './ids.ts'
import { patchStatuses } from './patch-status.ts'
import { repoPathSchema } from './paths.ts'
import { stampSchema } from './stamp.ts'

/** The order of checks on the road of a patch. */
export const checkKinds = ['format', 'lint', 'hooks', 'diagnostics', 'tests'] as const
export type CheckKind = (typeof checkKinds)[number]

/** `fixed`: it passed after the check changed files. `broken`: the tool itself failed, which is never a pass. */
export const checkOutcomeSchema = z.enum(['passed', 'failed', 'fixed', 'skipped', 'broken'])
export type CheckOutcome = z.infer<typeof checkOutcomeSchema>

/** One thing a check found, precise enough for an agent to mend it. Lines and columns count from 1. */
export const findingSchema = z.object({
  path: z.string().optional(),
  line: z.number().int().positive().optional(),
  column: z.number().int().positive().optional(),
  severity: z.enum(['error', 'warning', 'info']),
  rule: z.string().optional(),
  message: z.string(),
})
export type Finding = z.infer<typeof findingSchema>

export const checkReportSchema = z.object({
  /** The tool, as people call it: `ruff format`, `pytest`. */
  check: z.string(),
  kind: z.enum(checkKinds),
  outcome: checkOutcomeSchema,
  /** One line for a person: what happened; for `skipped` and `broken`, why and what to do. */
  summary: z.string(),
  findings: z.array(findingSchema).default([]),
  /** The tool's own words, shortened. */
  output: z.string().default(''),
  /** Files the check rewrote (`fixed`). */
  changedPaths: z.array(repoPathSchema).default([]),
  durationMs: z.number().nonnegative(),
  /** True when the verdict comes from the cache: the same inputs were judged before. */
  cached: z.boolean().default(false),
})
export type CheckReport = z.infer<typeof checkReportSchema>

/** A file that could not be merged, with what the proposing agent needs to try again. */
export const fileConflictSchema = z.object({
  path: z.string(),
  /** What kind of conflict: `content`, `modify/delete`, `add/add`, `rename/rename`, `binary`, `mode`, `lost-work`. */
  kind: z.string(),
  /** The file with conflict markers (zdiff3), where it is text. */
  marked: z.string().optional(),
  base: z.string().nullable().optional(),
  /** The side of the target. */
  ours: z.string().nullable().optional(),
  /** The side of the patch. */
  theirs: z.string().nullable().optional(),
  message: z.string(),
})
export type FileConflict = z.infer<typeof fileConflictSchema>

/** The proof that a patch that did not land left nothing behind: digests of everything visible, before and after. */
export const rollbackProofSchema = z.object({
  before: z.string(),
  after: z.string(),
  exact: z.boolean(),
})
export type RollbackProof = z.infer<typeof rollbackProofSchema>

/** What checks, policy or people said about a patch, and where that leaves it. */
export const verdictSchema = z.object({
  status: z.enum(patchStatuses),
  /** Stable and machine-readable: `LANDED`, `CHECK_FAILED`, `MERGE_CONFLICT`, `APPROVAL_DENIED` ... */
  code: z.string(),
  message: z.string(),
  /** What would make it land. */
  remedy: z.string().optional(),
  checks: z.array(checkReportSchema).default([]),
  conflicts: z.array(fileConflictSchema).default([]),
  /** How each file was merged: the strategy's name by path, where it was more than taking the patch's side. */
  merges: z.record(z.string(), z.string()).default({}),
  /** What a new attempt should be based on. */
  head: stampSchema.optional(),
  /** The tree that was judged. */
  tree: objectIdSchema.optional(),
  landedCommit: objectIdSchema.optional(),
  rollback: rollbackProofSchema.optional(),
  /** Paths of the user's uncommitted work that stand in the way. */
  overlaps: z.array(z.string()).default([]),
})
export type Verdict = z.infer<typeof verdictSchema>
export type VerdictInput = z.input<typeof verdictSchema>
