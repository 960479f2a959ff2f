export { ToolFailedError, ToolMissingError, UnknownToolError } from './check-errors.ts'
export { type CommandCheckOptions, commandCheck } from './command-check.ts'
export { type DependentsOf, DiagnosticsCheck, type DiagnosticsCheckOptions } from './diagnostics-check.ts'
export { FileToolCheck, type FileToolCheckOptions } from './file-tool-check.ts'
export { newFindings } from './findings.ts'
export { FormatLintCoordinator } from './format-lint-coordinator.ts'
export { FormatterChain } from './formatter-chain.ts'
export { type PreCommitOptions, PreCommitRunner } from './hooks/pre-commit-runner.ts'
export { inspectTools, type ToolPresence } from './inspect-tools.ts'
export type { DiagnosticsProvider, DiagnosticsRequest } from './language/diagnostics-provider.ts'
export type { LanguageServer } from './language/language-server.ts'
export { type FileEvent, LspClient, type LspClientOptions, type LspDiagnostic } from './language/lsp-client.ts'
export { LspPool } from './language/lsp-pool.ts'
export { LspSession } from './language/lsp-session.ts'
export { pyrightDiagnostics, pyrightServer } from './language/pyright.ts'
export { tscDiagnostics, typescriptDiagnostics, typescriptServer } from './language/typescript.ts'
export { LintChain } from './lint-chain.ts'
export type { ProgramPlaces } from './program-finder.ts'
export { type ProjectChecks, type ProjectChecksOptions, projectChecks } from './project-checks.ts'
export type { ToolLimits } from './run-check-tool.ts'
export {
  detectToolchain,
  type Toolchain,
  type ToolchainConfig,
  type ToolUse,
  toolchainConfigSchema,
} from './toolchain.ts'
export { biomeFormat, biomeLint } from './tools/biome.ts'
export { eslint } from './tools/eslint.ts'
export type { FileTool, Program, ToolAnswer } from './tools/file-tool.ts'
export { findNodeProgram, findPythonProgram } from './tools/find-program.ts'
export { oxlint } from './tools/oxlint.ts'
export { prettier } from './tools/prettier.ts'
export { ruffCheck, ruffFormat } from './tools/ruff.ts'
