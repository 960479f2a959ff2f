import type { Program } from '../tools/file-tool.ts'
import type { DiagnosticsProvider } from './diagnostics-provider.ts'
import type { LanguageServer } from './language-server.ts'
import type { LspPool } from './lsp-pool.ts'

const isSource = (path: string) => /\.pyi?$/.test(path)
const isConfig = (path: string) => /(?:^|\/)(?:pyrightconfig\.json|pyproject\.toml)$/.test(path)
const isLock = (path: string) =>
  /(?:^|\/)(?:poetry\.lock|uv\.lock|pdm\.lock|Pipfile\.lock|requirements[\w.-]*\.txt)$/.test(path)

/** Pyright's language server. `python` is the interpreter whose packages the project imports. */
export function pyrightServer(program: Program, python?: string): LanguageServer {
  return {
    name: 'pyright',
    program: { file: program.file, args: [...program.args, '--stdio'] },
    handles: isSource,
    watches: isConfig,
    restartsOn: isLock,
    settled: /^(?:Found \d+ source file|No source files found)/,
    settings(section) {
      if (section === 'python')
        return { ...(python === undefined ? {} : { pythonPath: python }), analysis: { diagnosticMode: 'workspace' } }
      return section === 'python.analysis' ? { diagnosticMode: 'workspace' } : {}
    },
  }
}

/** Errors of Python sources, from a warm Pyright. */
export function pyrightDiagnostics(pool: LspPool, program: Program, python?: string): DiagnosticsProvider {
  const server = pyrightServer(program, python)
  return {
    name: 'pyright',
    handles: isSource,
    affectsAll: (path) => isConfig(path) || isLock(path),
    async diagnose({ directory, files, all, signal }) {
      return (await pool.session(directory, server)).diagnose(files, all, signal)
    },
  }
}
