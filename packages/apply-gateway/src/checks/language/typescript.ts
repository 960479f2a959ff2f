import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '@patchlane/kernel'
import { runCheckTool } from '../run-check-tool.ts'
import type { Program } from '../tools/file-tool.ts'
import { pathIn } from '../tools/path-in.ts'
import type { DiagnosticsProvider, DiagnosticsRequest } from './diagnostics-provider.ts'
import type { LanguageServer } from './language-server.ts'
import type { LspPool } from './lsp-pool.ts'

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
  return {
    name: 'typescript',
    handles: isSource,
    affectsAll: (path) => isConfig(path) || isLock(path),
    async diagnose({ directory, files, all, signal }) {
      return (await pool.session(directory, server)).diagnose(files, all, signal)
    },
    confirm: (findings, request) => inPrograms(findings, request, program),
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
            (finding) => finding.path === undefined || wanted.has(finding.path),
          ),
        )
      }
      return findings
    },
  }
}

/**
 * A server also judges files that no configuration includes, by settings nobody chose. Of the errors, those in files that belong to a
 * configuration.
 */
async function inPrograms(
  findings: readonly Finding[],
  request: DiagnosticsRequest,
  program: Program,
): Promise<Finding[]> {
  const paths = findings.flatMap((finding) => finding.path ?? [])
  const members = new Set<string>()
  for (const config of configsOf({ ...request, files: paths })) {
    const { stdout } = await tsc(request, program, ['-p', config, '--listFilesOnly'])
    for (const line of stdout.split('\n')) if (line.trim() !== '') members.add(pathIn(request.directory, line.trim()))
  }
  return findings.filter((finding) => finding.path === undefined || members.has(finding.path))
}

/** All configurations that lie beside or above one of the files: a file may belong to any of them. */
function configsOf({ all, files }: DiagnosticsRequest): string[] {
  const folders = new Set(files.flatMap((file) => [...ancestors(file)]))
  return all.filter((path) => {
    if (!/(?:^|\/)tsconfig(?:[.-][\w.-]+)?\.json$/.test(path) || /base/.test(path)) return false
    return folders.has(path.slice(0, Math.max(0, path.lastIndexOf('/'))))
  })
}

function* ancestors(path: string): Iterable<string> {
  for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) yield path.slice(0, cut)
  yield ''
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

function readTscOutput(stdout: string, directory: string): Finding[] {
  return [...stdout.matchAll(/^(?:(.+?)\((\d+),(\d+)\): )?error TS(\d+): (.+)$/gm)].map(
    ([, file, line, column, code = '', message = '']) => ({
      ...(file === undefined ? {} : { path: pathIn(directory, file), line: Number(line), column: Number(column) }),
      severity: 'error',
      rule: code,
      message,
    }),
  )
}

/** Whether a folder holds a TypeScript project. */
export function hasTypescriptProject(directory: string): boolean {
  return existsSync(join(directory, 'tsconfig.json'))
}
