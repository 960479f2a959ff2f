import { type CheckReport, checkKinds } from '@patchlane/kernel'
import type { Check, CheckContext } from '../check.ts'
import { broken, report } from './check-report.ts'

/**
 * Runs checks in the one order that converges: format, lint with fixes, hooks, diagnostics, tests. A linter's fix may need the formatter
 * again, so format runs a second time when a later check rewrote files; what it then says replaces what it said first.
 *
 * A check that fails does not stop the others, so that one answer tells all there is to mend. A check that is broken by the patch's own
 * cancellation ends the row.
 */
export class FormatLintCoordinator implements Check {
  readonly name = 'format and lint'
  readonly kind = 'format' as const
  readonly #checksFor: (context: CheckContext) => Promise<readonly Check[]>

  /** @param checks The checks, or what finds them for a staged tree. */
  constructor(checks: readonly Check[] | ((context: CheckContext) => Promise<readonly Check[]>)) {
    this.#checksFor = typeof checks === 'function' ? checks : async () => checks
  }

  async run(context: CheckContext): Promise<CheckReport[]> {
    const checks = inOrder(await this.#checksFor(context))
    const rewriting = checks.filter(
      (check) => check.kind === 'format' || check.kind === 'lint' || check.kind === 'hooks',
    )
    const judging = checks.filter((check) => !rewriting.includes(check))
    const reports = await runAll(rewriting, context)
    const isRewritten = reports.some(({ kind, changedPaths }) => kind !== 'format' && changedPaths.length > 0)
    if (isRewritten)
      mergeAgain(
        reports,
        await runAll(
          rewriting.filter((check) => check.kind === 'format'),
          context,
        ),
      )
    return [...reports, ...(await runAll(judging, context))]
  }
}

function inOrder(checks: readonly Check[]): Check[] {
  return [...checks].sort((a, b) => checkKinds.indexOf(a.kind) - checkKinds.indexOf(b.kind))
}

async function runAll(checks: readonly Check[], context: CheckContext): Promise<CheckReport[]> {
  const reports: CheckReport[] = []
  for (const check of checks) {
    if (context.signal.aborted) {
      const summary = 'It was not run: the patch was stopped before.'
      reports.push(report({ check: check.name, kind: check.kind, outcome: 'broken', summary, durationMs: 0 }))
      continue
    }
    try {
      reports.push(...(await check.run(context)))
    } catch (error) {
      reports.push(broken(check.name, check.kind, error))
    }
  }
  return reports
}

/** One report for both runs of a formatter. */
function mergeAgain(reports: CheckReport[], again: readonly CheckReport[]): void {
  for (const second of again) {
    const at = reports.findIndex((first) => first.check === second.check && first.kind === second.kind)
    const first = reports[at]
    if (first === undefined) {
      reports.push(second)
      continue
    }
    const changedPaths = [...new Set([...first.changedPaths, ...second.changedPaths])].sort()
    const outcome = second.outcome === 'passed' && first.outcome === 'fixed' ? 'fixed' : second.outcome
    const summary = outcome === 'fixed' ? `rewrote ${changedPaths.join(', ')}` : second.summary
    reports[at] = { ...second, outcome, summary, changedPaths, durationMs: first.durationMs + second.durationMs }
  }
}
