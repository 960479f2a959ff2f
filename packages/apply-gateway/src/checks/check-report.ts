import { type CheckKind, type CheckReport, checkReportSchema, errorMessage, PatchlaneError } from '@patchlane/kernel'
import type { z } from 'zod'

/** A report from its parts; what has a default may be left out. */
export function report(input: z.input<typeof checkReportSchema>): CheckReport {
  return checkReportSchema.parse(input)
}

/** The report of a check whose tool did not do its work. */
export function broken(check: string, kind: CheckKind, thrown: unknown, durationMs = 0): CheckReport {
  const remedy = PatchlaneError.is(thrown) ? thrown.remedy : undefined
  const summary = [errorMessage(thrown), remedy].filter((part) => part !== undefined).join(' ')
  return report({ check, kind, outcome: 'broken', summary, durationMs })
}

/** Both ends of a long text: the beginning says what was asked, the end how it went. */
export function shorten(text: string, limit = 4_000): string {
  const clean = text.replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, '').trim()
  if (clean.length <= limit) return clean
  const head = Math.floor(limit / 3)
  return `${clean.slice(0, head)}\n[... ${clean.length - limit} characters left out ...]\n${clean.slice(head - limit)}`
}
