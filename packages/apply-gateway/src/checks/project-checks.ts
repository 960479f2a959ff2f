import { join } from 'node:path'
import type { Check, CheckContext } from '../check.ts'
import { ToolMissingError } from './check-errors.ts'
import { broken } from './check-report.ts'
import { type DependentsOf, DiagnosticsCheck } from './diagnostics-check.ts'
import { FileToolCheck } from './file-tool-check.ts'
import { FormatLintCoordinator } from './format-lint-coordinator.ts'
import { PreCommitRunner } from './hooks/pre-commit-runner.ts'
import { diagnosticsTools, fileTools } from './known-tools.ts'
import { LspPool } from './language/lsp-pool.ts'
import { ProgramFinder, type ProgramPlaces } from './program-finder.ts'
import type { ToolLimits } from './run-check-tool.ts'
import { listStagedFiles } from './staged-files.ts'
import {
  type DiagnosticsName,
  detectToolchain,
  type FileToolName,
  type ToolchainConfig,
  type ToolUse,
} from './toolchain.ts'

export interface ProjectChecksOptions extends ToolLimits, ProgramPlaces {
  /** Which tools. @default all that the project's own configuration names */
  tools?: ToolchainConfig
  /** Where hook environments and other things to keep are stored, outside of the repository's tree. Absolute. */
  cacheDirectory: string
  dependentsOf?: DependentsOf
  whenHooksUnavailable?: 'broken' | 'skipped'
  /** Warm language servers at once. @default 6 */
  languageServers?: number
}

export interface ProjectChecks {
  /** Format, lint, hooks and diagnostics with the project's own tools, as one check with a report for each tool. */
  readonly check: Check
  /** Ends the servers of a staging folder that goes away. */
  forget(directory: string): Promise<void>
  /** Ends what is kept warm. Safe to call twice. */
  close(): Promise<void>
}

/** The checks of a project with its own tools, found anew for each staged tree: a patch may add or configure one. */
export function projectChecks(options: ProjectChecksOptions): ProjectChecks {
  const pool = new LspPool({ limit: options.languageServers ?? 6 })
  const find = new ProgramFinder(options)
  const limits = {
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    ...(options.maxOutputBytes === undefined ? {} : { maxOutputBytes: options.maxOutputBytes }),
  }

  const fileToolCheck = (use: ToolUse<FileToolName>, context: CheckContext): Check => {
    const { tool, install } = fileTools[use.name]
    const program = find.fileTool(use, context.directory)
    return program === undefined
      ? missing(use.name, tool.kind, install, (path) => tool.handles(path))
      : new FileToolCheck({ tool, program, ...limits })
  }
  const diagnosticsCheck = (use: ToolUse<DiagnosticsName>, context: CheckContext): Check => {
    const provider = find.provider(use, context.directory, pool)
    if (provider === undefined) {
      const { install, handles } = diagnosticsTools[use.name]
      return missing(use.name, 'diagnostics', install, (path) => handles.test(path))
    }
    return new DiagnosticsCheck({
      provider,
      ...(options.dependentsOf === undefined ? {} : { dependentsOf: options.dependentsOf }),
    })
  }
  const hooks = (context: CheckContext): Check => {
    const program = find.python('pre-commit', context.directory)
    return new PreCommitRunner({
      home: join(options.cacheDirectory, 'pre-commit'),
      ...(program === undefined ? {} : { program }),
      ...(options.whenHooksUnavailable === undefined ? {} : { whenUnavailable: options.whenHooksUnavailable }),
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    })
  }

  const check = new FormatLintCoordinator(async (context) => {
    const files = await listStagedFiles(context.directory, context.signal)
    const toolchain = await detectToolchain(context.directory, files, options.tools)
    return [
      ...[...toolchain.format, ...toolchain.lint].map((use) => fileToolCheck(use, context)),
      ...(toolchain.hooks.length > 0 ? [hooks(context)] : []),
      ...toolchain.diagnostics.map((use) => diagnosticsCheck(use, context)),
    ]
  })
  return { check, forget: (directory) => pool.forget(directory), close: () => pool.close() }
}

/** Fails closed where a patch touches what the missing tool should have judged. */
function missing(name: string, kind: Check['kind'], install: string, concerns: (path: string) => boolean): Check {
  return {
    name,
    kind,
    async run(context) {
      if (!context.paths.some(concerns)) return []
      const remedy = `Install it in the project (${install}), or leave it out in the configuration.`
      return [broken(name, kind, new ToolMissingError(name, remedy))]
    },
  }
}
