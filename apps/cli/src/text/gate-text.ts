import type { GateReport } from '@patchlane/pipeline'
import { patchTable } from './patch-table.ts'
import { oneLine } from './sanitize.ts'
import { shortCommit, shortId } from './short-id.ts'
import type { Style } from './style.ts'

/** What a gate did, for a person. */
export function gateLines(report: GateReport, options: { width: number; style: Style }): string[] {
  const lines = report.recovered.map((what) => `recovered: ${oneLine(what)}`)
  const patches = [...report.settled, ...report.parked]
  if (patches.length === 0) lines.push('Nothing was ready to land.')
  else lines.push(...patchTable(patches, options))
  for (const { patch, status, verdict } of report.settled)
    if (status !== 'landed' && verdict !== null)
      lines.push(
        `${shortId(patch.patchId)}: ${oneLine(verdict.message)} (patchlane queue show ${shortId(patch.patchId)})`,
      )
  for (const { patch, parkedFor, verdict } of report.parked) {
    if (parkedFor === 'approval') lines.push(`next: patchlane approve ${shortId(patch.patchId)}`)
    else if (verdict?.remedy !== undefined) lines.push(`next: ${oneLine(verdict.remedy)}`)
  }
  lines.push(`head: ${shortCommit(report.head)}`)
  return lines
}
