import type { Finding } from '@patchlane/kernel'
import { runCheckTool } from '../run-check-tool.ts'
import type { Program } from '../tools/file-tool.ts'
import type { DiagnosticsProvider, DiagnosticsRequest } from './diagnostics-provider.ts'
import type { LanguageServer } from './language-server.ts'
import type { LspPool } from './lsp-pool.ts'
import { configsOf, ProgramMembers, readTscOutput } from './program-members.ts'

const isSource = (path: string) => /\.(?:[cm]?ts|tsx)$/.test(path)
const isConfig = (path: string) => /(?:^|\/)(?:[tj]sconfig(?:[.-][\w.-]+)?\.json|package\.json)$/.test(path)
const isLock = (path: string) =>
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?)$/.test(path)

/** The language server that is part of TypeScript 7. */
export function typescriptServer(program: Program): LanguageServer {
  return {
    name: 'typescript',
    program: { file: program.file, args: [...program.args, '--lsp', '--stdio'] },
    handles: (path) => isSource(path) || /\.(?:[cm]?js|jsx|json)$/.test(path),
    watches: isConfig,
    restartsOn: isLock,
    settings: () => ({}),
  }
}

/** Errors of TypeScript sources, from a warm language server. */
export function typescriptDiagnostics(pool: LspPool, program: Program): DiagnosticsProvider {
  const server = typescriptServer(program)
  const members = new ProgramMembers(program)
  return {
    name: 'typescript',
    handles: isSource,
    affectsAll: (path) => isConfig(path) || isLock(path),
    async diagnose(request) {
      const { directory, all, signal } = request
      const { files, problems } = await members.select(request)
      return [...problems, ...(await (await pool.session(directory, server)).diagnose(files, all, signal))]
    },
  }
}

/** An older TypeScript has no server to keep: its compiler runs, once for each configuration that the files belong to. */
export function tscDiagnostics(program: Program): DiagnosticsProvider {
  return {
    name: 'tsc',
    handles: isSource,
    affectsAll: (path) => isConfig(path) || isLock(path),
    async diagnose(request) {
      const wanted = new Set(request.files)
      const findings: Finding[] = []
      for (const config of configsOf(request)) {
        const { stdout } = await tsc(request, program, [...['-p', config, '--noEmit', '--pretty', 'false']])
        findings.push(
          ...readTscOutput(stdout, request.directory).filter(
            (finding) => finding.path === undefined || wanted.has(finding.path) || isConfig(finding.path),
          ),
        )
      }
      return findings
    },
  }
}

function tsc(request: DiagnosticsRequest, program: Program, args: readonly string[]): Promise<{ stdout: string }> {
  const { directory, signal } = request
  return runCheckTool({
    name: 'tsc',
    file: program.file,
    args: [...program.args, ...args],
    cwd: directory,
    signal,
    answers: [0, 1, 2],
    maxOutputBytes: 50_000_000,
  })
}
