import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { digestJson, type Finding } from '@patchlane/kernel'
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
  readonly #known = new Map<string, { key: string; listing: Listing }>()

  constructor(compiler: Program) {
    this.#compiler = compiler
  }

  /** Those of the request's files that some configuration includes, and what is wrong with the configurations themselves. */
  async select(request: DiagnosticsRequest): Promise<{ files: string[]; problems: Finding[] }> {
    const marks = await configMarks(request)
    const listings: Listing[] = []
    for (const config of configsOf(request)) listings.push(await this.#list(config, marks, request))
    return {
      files: request.files.filter((file) => listings.some(({ files }) => files.has(file))),
      problems: listings.flatMap(({ problems }) => problems),
    }
  }

  async #list(config: string, marks: string, request: DiagnosticsRequest): Promise<Listing> {
    const folder = config.slice(0, config.lastIndexOf('/') + 1)
    const sources = request.all.filter((path) => path.startsWith(folder) && /\.(?:[cm]?[jt]s|[jt]sx)$/.test(path))
    const key = digestJson([marks, sources])
    const place = join(request.directory, config)
    const known = this.#known.get(place)
    if (known?.key === key) return known.listing
    const { directory, signal } = request
    const { stdout } = await runCheckTool({
      name: 'tsc',
      file: this.#compiler.file,
      args: [...this.#compiler.args, '-p', config, '--listFilesOnly'],
      cwd: directory,
      signal,
      answers: [0, 1, 2],
      timeoutMs: 120_000,
      maxOutputBytes: 50_000_000,
    })
    const lines = stdout.split('\n').filter((line) => line.trim() !== '')
    const listing: Listing = {
      files: new Set(lines.map((line) => pathIn(directory, line.trim()))),
      // A configuration that cannot be read includes nothing; without this, whoever breaks it would pass.
      problems: readTscOutput(stdout, directory).map((finding) => ({ path: config, ...finding })),
    }
    this.#known.set(place, { key, listing })
    return listing
  }
}

interface Listing {
  files: Set<string>
  problems: Finding[]
}

/** Errors as the compiler prints them without colours. */
export function readTscOutput(stdout: string, directory: string): Finding[] {
  return [...stdout.matchAll(/^(?:(.+?)\((\d+),(\d+)\): )?error TS(\d+): (.+)$/gm)].map(
    ([, file, line, column, code = '', message = '']) => ({
      ...(file === undefined ? {} : { path: pathIn(directory, file), line: Number(line), column: Number(column) }),
      severity: 'error',
      rule: code,
      message,
    }),
  )
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
