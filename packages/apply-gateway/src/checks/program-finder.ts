import { join } from 'node:path'
import { fileTools } from './known-tools.ts'
import type { DiagnosticsProvider } from './language/diagnostics-provider.ts'
import type { LspPool } from './language/lsp-pool.ts'
import { pyrightDiagnostics } from './language/pyright.ts'
import { tscDiagnostics, typescriptDiagnostics } from './language/typescript.ts'
import type { DiagnosticsName, FileToolName, ToolUse } from './toolchain.ts'
import type { Program } from './tools/file-tool.ts'
import { findNodeProgram, findPythonProgram } from './tools/find-program.ts'

/** Where the programs of a project's tools may be. */
export interface ProgramPlaces {
  /** A folder in which tools are looked for when the staging folder has none: the user's checkout, say. Absolute. */
  toolDirectory?: string
  /** The Python environment (a folder with `bin/` or `Scripts/`) with the project's tools and packages. Absolute. */
  pythonEnvironment?: string
  /** Programs by the tool's name, instead of looking for them. */
  programs?: Readonly<Record<string, Program>>
}

/** Finds the programs of a project's tools: in the staging folder, else in the places that the options name. */
export class ProgramFinder {
  readonly #places: ProgramPlaces

  constructor(places: ProgramPlaces) {
    this.#places = places
  }

  fileTool(use: ToolUse<FileToolName>, directory: string): Program | undefined {
    const { npm } = fileTools[use.name]
    return (
      this.#places.programs?.[use.name] ??
      (npm === undefined ? this.python('ruff', directory) : this.#node(directory, use.folder, npm.package, npm.bin))
    )
  }

  python(name: string, directory: string): Program | undefined {
    const { programs, pythonEnvironment, toolDirectory } = this.#places
    return (
      programs?.[name] ??
      findPythonProgram(directory, name, pythonEnvironment) ??
      (toolDirectory === undefined ? undefined : findPythonProgram(toolDirectory, name))
    )
  }

  provider(use: ToolUse<DiagnosticsName>, directory: string, pool: LspPool): DiagnosticsProvider | undefined {
    if (use.name === 'pyright') {
      const program = this.#pyright(use, directory)
      return program && pyrightDiagnostics(pool, program, this.python('python', directory)?.file)
    }
    const compiler = this.#typescript(use, directory)
    if (compiler === undefined) return undefined
    return compiler.speaksLsp ? typescriptDiagnostics(pool, compiler.program) : tscDiagnostics(compiler.program)
  }

  /** Whether `provider` would find the program; starts nothing. */
  hasDiagnostics(use: ToolUse<DiagnosticsName>, directory: string): boolean {
    return (use.name === 'pyright' ? this.#pyright(use, directory) : this.#typescript(use, directory)) !== undefined
  }

  /** From npm, else the one that pip installs beside the project's Python. */
  #pyright(use: ToolUse<DiagnosticsName>, directory: string): Program | undefined {
    return (
      this.#places.programs?.pyright ??
      this.#node(directory, use.folder, 'pyright', 'pyright-langserver') ??
      this.python('pyright-langserver', directory) ??
      this.python('basedpyright-langserver', directory)
    )
  }

  /** The native compiler serves editors itself; of older ones only the command is used. */
  #typescript(use: ToolUse<DiagnosticsName>, directory: string): { program: Program; speaksLsp: boolean } | undefined {
    const native =
      this.#places.programs?.typescript ??
      this.#node(directory, use.folder, '@typescript/native', 'tsc') ??
      this.#node(directory, use.folder, '@typescript/native-preview', 'tsgo')
    if (native !== undefined) return { program: native, speaksLsp: true }
    const compiler = this.#node(directory, use.folder, 'typescript', 'tsc')
    return compiler && { program: compiler, speaksLsp: Number.parseInt(compiler.version, 10) >= 7 }
  }

  #node(directory: string, folder: string, packageName: string, bin: string) {
    const { toolDirectory } = this.#places
    const places = [directory, ...(toolDirectory === undefined ? [] : [toolDirectory])]
    for (const place of places) {
      const found = findNodeProgram(join(place, folder), packageName, bin)
      if (found !== undefined) return found
    }
    return undefined
  }
}
