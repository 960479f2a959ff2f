import { diagnosticsTools, fileTools } from './known-tools.ts'
import { ProgramFinder, type ProgramPlaces } from './program-finder.ts'
import { detectToolchain, type ToolchainConfig } from './toolchain.ts'

/** A tool that a project uses, and whether its program is there. */
export interface ToolPresence {
  kind: 'format' | 'lint' | 'hooks' | 'diagnostics'
  name: string
  /** The configuration that names it; null where only Patchlane's own does. */
  evidence: string | null
  installed: boolean
  /** How to have it. */
  install: string
}

/**
 * Which tools would judge a patch of this tree, and which of them are missing. Nothing is executed.
 * @throws {UnknownToolError}
 */
export async function inspectTools(
  directory: string,
  files: readonly string[],
  options: ProgramPlaces & { tools?: ToolchainConfig } = {},
): Promise<ToolPresence[]> {
  const toolchain = await detectToolchain(directory, files, options.tools)
  const find = new ProgramFinder(options)
  return [
    ...[...toolchain.format, ...toolchain.lint].map((use) => ({
      kind: fileTools[use.name].tool.kind,
      name: use.name,
      evidence: use.evidence,
      installed: find.fileTool(use, directory) !== undefined,
      install: fileTools[use.name].install,
    })),
    ...toolchain.hooks.map((use) => ({
      kind: 'hooks' as const,
      name: use.name,
      evidence: use.evidence,
      installed: find.python(use.name, directory) !== undefined,
      install: 'pip install pre-commit',
    })),
    ...toolchain.diagnostics.map((use) => ({
      kind: 'diagnostics' as const,
      name: use.name,
      evidence: use.evidence,
      installed: find.hasDiagnostics(use, directory),
      install: diagnosticsTools[use.name].install,
    })),
  ]
}
