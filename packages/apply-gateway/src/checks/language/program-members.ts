import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { digestJson } from '@patchlane/kernel'
import { runCheckTool } from '../run-check-tool.ts'
import type { Program } from '../tools/file-tool.ts'
import { pathIn } from '../tools/path-in.ts'
import type { DiagnosticsRequest } from './diagnostics-provider.ts'

const isConfig = (path: string) => /(?:^|\/)tsconfig(?:[.-][\w.-]+)?\.json$/.test(path)

/**
 * Which files belong to a configuration, by the compiler's own word. A server also judges files that no configuration includes, by
 * settings nobody chose, and loads a project of its own for each of them. Asked again only when a configuration changed or files came or
 * went.
 */
export class ProgramMembers {
  readonly #compiler: Program
  readonly #known = new Map<string, { key: string; files: Set<string> }>()

  constructor(compiler: Program) {
    this.#compiler = compiler
  }

  /** Those of the request's files that some configuration includes. */
  async filter(request: DiagnosticsRequest): Promise<string[]> {
    const configs = configsOf(request)
    const marks = await configMarks(request)
    const lists: Set<string>[] = []
    for (const config of configs) lists.push(await this.#filesOf(config, marks, request))
    return request.files.filter((file) => lists.some((files) => files.has(file)))
  }

  async #filesOf(config: string, marks: string, request: DiagnosticsRequest): Promise<Set<string>> {
    const folder = config.slice(0, config.lastIndexOf('/') + 1)
    const sources = request.all.filter((path) => path.startsWith(folder) && /\.(?:[cm]?[jt]s|[jt]sx)$/.test(path))
    const key = digestJson([marks, sources])
    const place = join(request.directory, config)
    const known = this.#known.get(place)
    if (known?.key === key) return known.files
    const { directory, signal } = request
    const { stdout } = await runCheckTool({
      name: 'tsc',
      file: this.#compiler.file,
      args: [...this.#compiler.args, '-p', config, '--listFilesOnly'],
      cwd: directory,
      signal,
      answers: [0, 1, 2],
      maxOutputBytes: 50_000_000,
    })
    const lines = stdout.split('\n').filter((line) => line.trim() !== '')
    const files = new Set(lines.map((line) => pathIn(directory, line.trim())))
    this.#known.set(place, { key, files })
    return files
  }
}

/** All configurations that lie beside or above one of the files: a file may belong to any of them. */
export function configsOf({ all, files }: DiagnosticsRequest): string[] {
  const folders = new Set(files.flatMap((file) => [...ancestors(file)]))
  return all.filter((path) => {
    if (!isConfig(path) || /base/.test(path)) return false
    return folders.has(path.slice(0, Math.max(0, path.lastIndexOf('/'))))
  })
}

function* ancestors(path: string): Iterable<string> {
  for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) yield path.slice(0, cut)
  yield ''
}

/** Differs when any configuration does, since they extend each other. */
async function configMarks({ all, directory }: DiagnosticsRequest): Promise<string> {
  const marks = await Promise.all(
    all.filter(isConfig).map(async (path) => {
      const stat = await lstat(join(directory, path)).catch(() => undefined)
      return [path, stat?.size ?? 0, stat?.mtimeMs ?? 0]
    }),
  )
  return digestJson(marks)
}
