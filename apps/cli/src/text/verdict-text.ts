import type { CheckReport, FileConflict, Verdict } from '@patchlane/kernel'
import { formatDuration } from './duration.ts'
import { manyLines, oneLine } from './sanitize.ts'
import type { Style } from './style.ts'

const MOST_FINDINGS = 20

/** Everything a verdict says, for a person: the sentence, what to do, checks with findings, conflicts, files in the way. */
export function verdictLines(verdict: Verdict, style: Style): string[] {
  const lines = [oneLine(verdict.message)]
  if (verdict.remedy !== undefined) lines.push(`${style.dim('what to do:')} ${oneLine(verdict.remedy)}`)
  for (const report of verdict.checks) lines.push(...checkLines(report, style))
  for (const conflict of verdict.conflicts) lines.push(...conflictLines(conflict, style))
  const merges = Object.entries(verdict.merges)
  if (merges.length > 0) lines.push('merged:', ...merges.map(([path, how]) => `  ${oneLine(path)}: ${oneLine(how)}`))
  if (verdict.overlaps.length > 0)
    lines.push('your uncommitted work is in the way:', ...verdict.overlaps.map((path) => `  ${oneLine(path)}`))
  if (verdict.rollback !== undefined)
    lines.push(`rolled back ${verdict.rollback.exact ? 'to the byte' : style.bad('but not exactly')}`)
  return lines
}

/** One check with its findings; the tool's own words only where it did not pass. */
export function checkLines(report: CheckReport, style: Style): string[] {
  const paint = { passed: style.good, fixed: style.good, failed: style.bad, broken: style.bad, skipped: style.dim }
  const cached = report.cached ? ', known from before' : ''
  const head = `${paint[report.outcome](report.outcome.padEnd(7))} ${oneLine(report.check)}: ${oneLine(report.summary)}`
  const lines = [`${head} ${style.dim(`(${formatDuration(report.durationMs)}${cached})`)}`]
  for (const finding of report.findings.slice(0, MOST_FINDINGS)) {
    const place = [finding.path, finding.line, finding.column].filter((part) => part !== undefined).join(':')
    lines.push(`  ${oneLine(place)} ${finding.severity}: ${oneLine(finding.message)}`.trimEnd())
  }
  if (report.findings.length > MOST_FINDINGS) lines.push(`  … and ${report.findings.length - MOST_FINDINGS} more`)
  if ((report.outcome === 'failed' || report.outcome === 'broken') && report.output !== '')
    lines.push(
      ...manyLines(report.output)
        .trimEnd()
        .split('\n')
        .map((line) => style.dim(`  │ ${line}`)),
    )
  return lines
}

function conflictLines(conflict: FileConflict, style: Style): string[] {
  const lines = [
    `${style.bad('conflict')} ${oneLine(conflict.path)} (${oneLine(conflict.kind)}): ${oneLine(conflict.message)}`,
  ]
  if (conflict.marked !== undefined)
    lines.push(
      ...manyLines(conflict.marked)
        .trimEnd()
        .split('\n')
        .map((line) => `  │ ${line}`),
    )
  return lines
}
