import type { CheckReport, Finding } from '@patchlane/kernel'
import type { Check, CheckContext } from '../check.ts'
import { ToolFailedError } from './check-errors.ts'
import { broken, report, shorten } from './check-report.ts'
import { describeFindings, newFindings } from './findings.ts'
import { runCheckTool, type ToolLimits } from './run-check-tool.ts'
import { changedBetween, digestFiles, guardForeign, regularPaths, withBaseContent } from './staged-files.ts'
import type { FileTool, Program } from './tools/file-tool.ts'

export interface FileToolCheckOptions extends ToolLimits {
  tool: FileTool
  program: Program
  /** Added to the clean environment. */
  env?: Record<string, string>
}

/** The operating system limits the length of a command line; longer lists run in parts. */
const FILES_PER_CALL = 500

/**
 * One formatter or linter on the files of the patch.
 *
 * It may rewrite those files and no others: what it does elsewhere is put back. A finding fails the check only if the head that the patch
 * lands on has not got it: nobody has to clean up a file to change a line of it.
 */
export class FileToolCheck implements Check {
  readonly name: string
  readonly kind: 'format' | 'lint'
  readonly #options: FileToolCheckOptions

  constructor(options: FileToolCheckOptions) {
    this.name = options.tool.name
    this.kind = options.tool.kind
    this.#options = options
  }

  async run(context: CheckContext): Promise<CheckReport[]> {
    const startedAt = performance.now()
    const paths = (await regularPaths(context)).filter((path) => this.#options.tool.handles(path))
    if (paths.length === 0) return []
    try {
      return [await this.#judge(context, paths, startedAt)]
    } catch (error) {
      const output = error instanceof ToolFailedError ? error.output : ''
      return [{ ...broken(this.name, this.kind, error, performance.now() - startedAt), output }]
    }
  }

  async #judge(context: CheckContext, paths: readonly string[], startedAt: number): Promise<CheckReport> {
    const restore = await guardForeign(context)
    const before = await digestFiles(context.directory, paths)
    const found = await this.#call(context, paths, true)
    const changedPaths = changedBetween(before, await digestFiles(context.directory, paths))
    const foreign = await restore()
    if (foreign.length > 0)
      context.log(`${this.name} changed files that are not the patch's; they were put back: ${foreign.join(', ')}`)
    const errors = found.filter((finding) => finding.severity === 'error')
    const added = errors.length === 0 ? [] : await this.#added(context, errors)
    const known = errors.length - added.length
    const durationMs = performance.now() - startedAt
    const base = { check: this.name, kind: this.kind, changedPaths, durationMs }
    const aside = known > 0 ? `; ${known} older ones left aside` : ''
    if (added.length > 0) {
      return report({ ...base, outcome: 'failed', summary: `${describeFindings(added)}${aside}`, findings: added })
    }
    const files = `${paths.length} ${paths.length === 1 ? 'file' : 'files'}`
    const warnings = found.filter((finding) => finding.severity !== 'error')
    if (changedPaths.length === 0)
      return report({ ...base, outcome: 'passed', summary: `${files} checked${aside}`, findings: warnings })
    return report({
      ...base,
      outcome: 'fixed',
      summary: `rewrote ${changedPaths.join(', ')}${aside}`,
      findings: warnings,
    })
  }

  async #added(context: CheckContext, errors: readonly Finding[]): Promise<Finding[]> {
    const paths = [...new Set(errors.flatMap((finding) => finding.path ?? []))]
    const renamed = renamesOf(context)
    const touched = [...new Set([...paths, ...paths.flatMap((path) => renamed.get(path) ?? [])])]
    const old = await withBaseContent(context, touched, async () => {
      const existing = [...(await digestFiles(context.directory, touched)).keys()]
      return existing.length === 0 ? [] : this.#call(context, existing, false)
    })
    return newFindings(errors, old, renamed)
  }

  async #call(context: CheckContext, paths: readonly string[], fix: boolean): Promise<Finding[]> {
    const { tool, program, env, timeoutMs, maxOutputBytes } = this.#options
    const findings: Finding[] = []
    for (let at = 0; at < paths.length; at += FILES_PER_CALL) {
      const files = paths.slice(at, at + FILES_PER_CALL).map((path) => `./${path}`)
      const result = await runCheckTool({
        name: tool.name,
        file: program.file,
        args: [...program.args, ...tool.args(fix), ...files],
        cwd: context.directory,
        signal: context.signal,
        answers: tool.answers,
        ...(env === undefined ? {} : { env }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(maxOutputBytes === undefined ? {} : { maxOutputBytes }),
      })
      const { stdout, stderr } = result
      const answer = { exitCode: result.exitCode ?? -1, stdout, stderr, directory: context.directory }
      try {
        for (const finding of tool.read(answer)) findings.push(finding)
      } catch (error) {
        if (error instanceof ToolFailedError) throw error
        throw new ToolFailedError(tool.name, 'said what cannot be read', shorten(`${stderr}\n${stdout}`), {
          cause: error,
        })
      }
    }
    return findings
  }
}

/** New names of the patch's renames to the old ones. */
export function renamesOf(context: CheckContext): Map<string, string> {
  const renames = context.patch.changes.flatMap((change): [string, string][] =>
    change.kind === 'rename' ? [[change.path, change.from]] : [],
  )
  return new Map(renames)
}
