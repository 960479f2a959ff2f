import { createHash } from 'node:crypto'
import { lstat, mkdir, readFile, rm, rmdir, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { GitRepository, runGit } from '@patchlane/git'
import { type RepoPath, repoPathSchema } from '@patchlane/kernel'
import type { CheckContext } from '../check.ts'

/** SHA-256 of each regular file; links and absent files have none. */
export async function digestFiles(directory: string, paths: readonly string[]): Promise<Map<string, string>> {
  const entries = await Promise.all(
    paths.map(async (path): Promise<[string, string] | undefined> => {
      const content = await readRegular(join(directory, path))
      return content === undefined ? undefined : [path, createHash('sha256').update(content).digest('hex')]
    }),
  )
  return new Map(entries.filter((entry) => entry !== undefined))
}

/** Paths whose content differs between two readings. */
export function changedBetween(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): RepoPath[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  return paths.filter((path) => before.get(path) !== after.get(path)).map((path) => repoPathSchema.parse(path))
}

/** Regular files of the patch: a tool is never handed a link, which could lead anywhere. */
export async function regularPaths(context: CheckContext): Promise<RepoPath[]> {
  const kinds = await Promise.all(
    context.paths.map(
      async (path) => (await lstat(join(context.directory, path)).catch(() => undefined))?.isFile() === true,
    ),
  )
  return context.paths.filter((_path, index) => kinds[index])
}

/** Puts back what a tool changed although it is not the patch's; answers with the paths. */
export type RestoreForeign = () => Promise<string[]>

/**
 * To be called before a tool runs. What the tool then changes outside of the patch can be put back: files of the commit get their committed
 * content, new files that git does not ignore are removed. What lay there before, such as linked dependencies, stays.
 */
export async function guardForeign(context: CheckContext): Promise<RestoreForeign> {
  const own = new Set<string>([...context.paths, ...context.deleted])
  for (const { path } of await foreignEntries(context, own)) own.add(path)
  return () => restoreForeign(context, own)
}

async function foreignEntries(context: CheckContext, own: ReadonlySet<string>) {
  const repository = await GitRepository.open(context.directory)
  try {
    const entries = await repository.status({ directory: context.directory })
    return entries.filter((entry) => !own.has(entry.path) && !entry.submodule)
  } finally {
    await repository.close()
  }
}

async function restoreForeign(context: CheckContext, own: ReadonlySet<string>): Promise<string[]> {
  const foreign = await foreignEntries(context, own)
  const tracked = foreign.filter((entry) => entry.workTree !== '?').map((entry) => entry.path)
  for (const { path } of foreign.filter((entry) => entry.workTree === '?')) {
    await rm(join(context.directory, path), { recursive: true, force: true })
  }
  if (tracked.length > 0) {
    await runGit({
      cwd: context.directory,
      args: ['restore', `--source=${context.commit}`, '--worktree', '--pathspec-from-file=-', '--pathspec-file-nul'],
      env: { GIT_LITERAL_PATHSPECS: '1', GIT_OPTIONAL_LOCKS: '1' },
      input: tracked.join('\0'),
    })
  }
  return foreign.map((entry) => entry.path).sort()
}

/** Dependencies and caches are no files of the project, whether git ignores them or not. */
const APART = /(?:^|\/)(?:node_modules|\.venv|venv|__pycache__)(?:\/|$)/

/** The files that git lists in the staging folder; sorted. */
export async function listStagedFiles(directory: string, signal?: AbortSignal): Promise<string[]> {
  const { stdout } = await runGit({
    cwd: directory,
    args: ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'],
    ...(signal === undefined ? {} : { signal }),
  })
  return stdout
    .split('\0')
    .filter((path) => path !== '' && !APART.test(path))
    .sort()
}

/**
 * Calls `work` while the given paths hold what the head has that the patch lands on, then puts the staged content back, whatever
 * happened. Errors that were there before are found this way, in the same place and with the same dependencies.
 */
export async function withBaseContent<T>(
  context: CheckContext,
  paths: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const repository = await GitRepository.open(context.directory)
  const staged = new Map<string, Buffer | undefined>()
  try {
    for (const path of paths) {
      const base = await readBase(repository, `${context.base}:${path}`)
      const place = join(context.directory, path)
      const stat = await lstat(place).catch(() => undefined)
      // Links and what stands in for something else stay as they are.
      if (stat !== undefined && !stat.isFile()) continue
      staged.set(path, stat === undefined ? undefined : await readFile(place))
      await put(place, base)
    }
    return await work()
  } finally {
    for (const [path, content] of staged) {
      await put(join(context.directory, path), content)
      if (content === undefined) await removeEmptyFolders(context.directory, dirname(path))
    }
    await repository.close()
  }
}

async function readBase(repository: GitRepository, name: string): Promise<Buffer | undefined> {
  const info = await repository.objectInfo(name)
  return info?.type === 'blob' ? repository.readBlob(info.oid) : undefined
}

/** Folders that held only the file that was there for a while. */
async function removeEmptyFolders(directory: string, folder: string): Promise<void> {
  for (let current = folder; current !== '.'; current = dirname(current)) {
    const removed = await rmdir(join(directory, current)).then(
      () => true,
      () => false,
    )
    if (!removed) return
  }
}

/** Writes into the file that is there, which keeps its mode. */
async function put(place: string, content: Buffer | undefined): Promise<void> {
  if (content === undefined) {
    await unlink(place).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    return
  }
  await mkdir(dirname(place), { recursive: true })
  await writeFile(place, content)
}

async function readRegular(place: string): Promise<Buffer | undefined> {
  const stat = await lstat(place).catch(() => undefined)
  return stat?.isFile() ? readFile(place) : undefined
}
