import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { cleanEnvironment, runProcess } from '@patchlane/process'

const SKIPPED_FOLDERS = new Set([
  '.git',
  'node_modules',
  '.venv',
  'venv',
  '__pycache__',
  '.tox',
  '.nox',
  '.turbo',
  'dist',
])

/** Dependencies and caches are no files of the project, whether git ignores them or not. */
const APART = /(?:^|\/)(?:node_modules|\.venv|venv|__pycache__)(?:\/|$)/

/**
 * The files of a project, relative, with forward slashes, sorted: what git knows or would add. Outside of git, everything but folders that
 * hold dependencies and build results.
 */
export async function listProjectFiles(directory: string, signal?: AbortSignal): Promise<string[]> {
  const result = await runProcess({
    file: 'git',
    args: [
      ...['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'],
      ...['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'],
    ],
    cwd: directory,
    env: cleanEnvironment({ GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' }),
    maxOutputBytes: 200_000_000,
    timeoutMs: 60_000,
    ...(signal === undefined ? {} : { signal }),
  }).catch(() => undefined)
  if (result?.exitCode === 0 && !result.truncated) {
    return result.stdout
      .split('\0')
      .filter((path) => path !== '' && !APART.test(path))
      .sort()
  }
  const files: string[] = []
  await walk(directory, '', files)
  return files.sort()
}

async function walk(root: string, folder: string, files: string[]): Promise<void> {
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name)) await walk(root, path, files)
    } else files.push(path)
  }
}

/** The folder of a path; '' for the top. */
export function folderOf(path: string): string {
  const cut = path.lastIndexOf('/')
  return cut < 0 ? '' : path.slice(0, cut)
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** `path` below `folder`, or undefined if it is not there. '' is above everything. */
export function within(folder: string, path: string): string | undefined {
  if (folder === '') return path
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined
}

/** Joins and resolves `.` and `..`; undefined if the result leaves the top. */
export function joinPath(folder: string, relative: string): string | undefined {
  const parts = folder === '' ? [] : folder.split('/')
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (parts.pop() === undefined) return undefined
    } else parts.push(part)
  }
  return parts.join('/')
}

/** The folder itself and those above it, innermost first, the top ('') last. */
export function foldersUpwards(folder: string): string[] {
  const result: string[] = []
  for (let current = folder; current !== ''; current = folderOf(current)) result.push(current)
  return [...result, '']
}
