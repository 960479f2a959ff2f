import { join } from 'node:path'
import type { Check, CheckContext } from '../check.ts'
import { ToolMissingError } from './check-errors.ts'
import { broken } from './check-report.ts'
import { type DependentsOf, DiagnosticsCheck } from './diagnostics-check.ts'
import { FileToolCheck } from './file-tool-check.ts'
import { FormatLintCoordinator } from './format-lint-coordinator.ts'
import { PreCommitRunner } from './hooks/pre-commit-runner.ts'
import type { DiagnosticsProvider } from './language/diagnostics-provider.ts'
import { LspPool } from './language/lsp-pool.ts'
import { pyrightDiagnostics } from './language/pyright.ts'
import { tscDiagnostics, typescriptDiagnostics } from './language/typescript.ts'
import type { ToolLimits } from './run-check-tool.ts'
import { listStagedFiles } from './staged-files.ts'
import {
  type DiagnosticsName,
  detectToolchain,
  type FileToolName,
  type ToolchainConfig,
  type ToolUse,
} from './toolchain.ts'
import { biomeFormat, biomeLint } from './tools/biome.ts'
import { eslint } from './tools/eslint.ts'
import type { FileTool, Program } from './tools/file-tool.ts'
import { findNodeProgram, findPythonProgram } from './tools/find-program.ts'
import { oxlint } from './tools/oxlint.ts'
import { prettier } from './tools/prettier.ts'
import { ruffCheck, ruffFormat } from './tools/ruff.ts'

export interface ProjectChecksOptions extends ToolLimits {
  /** Which tools. @default all that the project's own configuration names */
  tools?: ToolchainConfig
  /** Where hook environments and other things to keep are stored, outside of the repository's tree. Absolute. */
  cacheDirectory: string
  /** A folder in which tools are looked for when the staging folder has none: the user's checkout, say. Absolute. */
  toolDirectory?: string
  /** The Python environment (a folder with `bin/` or `Scripts/`) with the project's tools and packages. Absolute. */
  pythonEnvironment?: string
  /** Programs by the tool's name, instead of looking for them. */
  programs?: Readonly<Record<string, Program>>
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

const fileTools: Record<FileToolName, { tool: FileTool; install: string }> = {
  'ruff format': { tool: ruffFormat, install: 'pip install ruff' },
  'ruff check': { tool: ruffCheck, install: 'pip install ruff' },
  prettier: { tool: prettier, install: 'npm install --save-dev prettier' },
  eslint: { tool: eslint, install: 'npm install --save-dev eslint' },
  oxlint: { tool: oxlint, install: 'npm install --save-dev oxlint' },
  'biome format': { tool: biomeFormat, install: 'npm install --save-dev @biomejs/biome' },
  'biome lint': { tool: biomeLint, install: 'npm install --save-dev @biomejs/biome' },
}
const nodePackages: Record<string, [packageName: string, bin: string]> = {
  prettier: ['prettier', 'prettier'],
  eslint: ['eslint', 'eslint'],
  oxlint: ['oxlint', 'oxlint'],
  'biome format': ['@biomejs/biome', 'biome'],
  'biome lint': ['@biomejs/biome', 'biome'],
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
      const [install, pattern] =
        use.name === 'pyright'
          ? ['npm install --save-dev pyright', /\.pyi?$/]
          : ['npm install --save-dev typescript', /\.(?:[cm]?ts|tsx)$/]
      return missing(use.name, 'diagnostics', install, (path) => pattern.test(path))
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
      ...(toolchain.hooks ? [hooks(context)] : []),
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

/** Where the programs of a project's tools are: in the staging folder, else in the folder that the options name. */
class ProgramFinder {
  readonly #options: ProjectChecksOptions

  constructor(options: ProjectChecksOptions) {
    this.#options = options
  }

  fileTool(use: ToolUse<FileToolName>, directory: string): Program | undefined {
    const { programs = {} } = this.#options
    const npm = nodePackages[use.name]
    return (
      programs[use.name] ??
      (npm === undefined ? this.python('ruff', directory) : this.#node(directory, use.folder, ...npm))
    )
  }

  python(name: string, directory: string): Program | undefined {
    const { programs = {}, pythonEnvironment, toolDirectory } = this.#options
    return (
      programs[name] ??
      findPythonProgram(directory, name, pythonEnvironment) ??
      (toolDirectory === undefined ? undefined : findPythonProgram(toolDirectory, name))
    )
  }

  provider(use: ToolUse<DiagnosticsName>, directory: string, pool: LspPool): DiagnosticsProvider | undefined {
    const { programs = {} } = this.#options
    if (use.name === 'pyright') {
      const program = programs.pyright ?? this.#node(directory, use.folder, 'pyright', 'pyright-langserver')
      return program === undefined
        ? undefined
        : pyrightDiagnostics(pool, program, this.python('python', directory)?.file)
    }
    const native =
      programs.typescript ??
      this.#node(directory, use.folder, '@typescript/native', 'tsc') ??
      this.#node(directory, use.folder, '@typescript/native-preview', 'tsgo')
    if (native !== undefined) return typescriptDiagnostics(pool, native)
    const compiler = this.#node(directory, use.folder, 'typescript', 'tsc')
    if (compiler === undefined) return undefined
    return Number.parseInt(compiler.version, 10) >= 7 ? typescriptDiagnostics(pool, compiler) : tscDiagnostics(compiler)
  }

  #node(directory: string, folder: string, packageName: string, bin: string) {
    const places = [directory, ...(this.#options.toolDirectory === undefined ? [] : [this.#options.toolDirectory])]
    for (const place of places) {
      const found = findNodeProgram(join(place, folder), packageName, bin)
      if (found !== undefined) return found
    }
    return undefined
  }
}
