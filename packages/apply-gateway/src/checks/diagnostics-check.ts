import type { CheckReport, Finding } from '@patchlane/kernel'
import type { Check, CheckContext } from '../check.ts'
import { ToolFailedError } from './check-errors.ts'
import { broken, report } from './check-report.ts'
import { renamesOf } from './file-tool-check.ts'
import { describeFindings, newFindings } from './findings.ts'
import type { DiagnosticsProvider, DiagnosticsRequest } from './language/diagnostics-provider.ts'
import { digestFiles, listStagedFiles, withBaseContent } from './staged-files.ts'

/** Files that refer to one of the changed ones, directly or through others; more is allowed, fewer is not. */
export type DependentsOf = (request: {
  directory: string
  changed: readonly string[]
  deleted: readonly string[]
  files: readonly string[]
  signal: AbortSignal
}) => Promise<readonly string[]>

export interface DiagnosticsCheckOptions {
  provider: DiagnosticsProvider
  /** Narrows which files can have got an error by a change. @default all files of the project are judged */
  dependentsOf?: DependentsOf
}

/**
 * Errors that the patch adds, anywhere in the project, against the head that it lands on. Errors that are there already do not count,
 * wherever their lines have moved.
 */
export class DiagnosticsCheck implements Check {
  readonly name: string
  readonly kind = 'diagnostics' as const
  readonly #options: DiagnosticsCheckOptions

  constructor(options: DiagnosticsCheckOptions) {
    this.name = options.provider.name
    this.#options = options
  }

  async run(context: CheckContext): Promise<CheckReport[]> {
    const startedAt = performance.now()
    const { provider } = this.#options
    const touched = [...context.paths, ...context.deleted]
    if (!touched.some((path) => provider.handles(path) || provider.affectsAll(path))) return []
    try {
      return [await this.#judge(context, touched, startedAt)]
    } catch (error) {
      const output = error instanceof ToolFailedError ? error.output : ''
      return [{ ...broken(this.name, this.kind, error, performance.now() - startedAt), output }]
    }
  }

  async #judge(context: CheckContext, touched: readonly string[], startedAt: number): Promise<CheckReport> {
    const { provider } = this.#options
    const { directory, signal } = context
    const all = await listStagedFiles(directory, signal)
    const files = await this.#scope(context, touched, all)
    const request: DiagnosticsRequest = { directory, files, all, signal }
    const isError = (finding: Finding) => finding.severity === 'error'
    const errors = (await provider.diagnose(request)).filter(isError)
    let added: readonly Finding[] = errors
    if (errors.length > 0) {
      const renamed = renamesOf(context)
      const before = await withBaseContent(context, touched, async () => {
        const base = await listStagedFiles(directory, signal)
        const places = errors.flatMap((finding) =>
          finding.path === undefined ? [] : (renamed.get(finding.path) ?? finding.path),
        )
        const existing = [...(await digestFiles(directory, [...new Set(places)])).keys()]
        return provider.diagnose({ ...request, files: existing, all: base })
      })
      added = newFindings(errors, before.filter(isError), renamed)
    }
    const older = errors.length - added.length
    const aside = older > 0 ? `; ${older} older ones left aside` : ''
    const base = { check: this.name, kind: this.kind, durationMs: performance.now() - startedAt }
    if (added.length === 0) {
      const summary = `no new errors in ${files.length} ${files.length === 1 ? 'file' : 'files'}${aside}`
      return report({ ...base, outcome: 'passed', summary })
    }
    return report({ ...base, outcome: 'failed', summary: `${describeFindings(added)}${aside}`, findings: [...added] })
  }

  async #scope(context: CheckContext, touched: readonly string[], all: readonly string[]): Promise<string[]> {
    const { provider, dependentsOf } = this.#options
    const sources = all.filter((path) => provider.handles(path) && !context.deleted.some((gone) => gone === path))
    if (dependentsOf === undefined || touched.some((path) => provider.affectsAll(path))) return sources
    const { directory, paths: changed, deleted, signal } = context
    const dependents = new Set([
      ...changed,
      ...(await dependentsOf({ directory, changed, deleted, files: all, signal })),
    ])
    return sources.filter((path) => dependents.has(path))
  }
}
