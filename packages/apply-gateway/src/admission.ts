import { posix } from 'node:path'
import type { GitRepository } from '@patchlane/git'
import {
  blobId,
  type FileChange,
  type FileVersion,
  findPathCollisions,
  isNameOf,
  type ObjectId,
  type Patch,
  repoPathProblem,
  touchedPaths,
} from '@patchlane/kernel'
import type { Refusal } from './refusal.ts'

export interface AdmissionLimits {
  /** @default 5_000 */
  maxFiles: number
  /** Of one file, before or after. @default 20_000_000 */
  maxFileBytes: number
}

export interface AdmissionPolicy extends AdmissionLimits {
  /**
   * File names, in any folder and in small letters, that steer git itself; a patch may touch them, by any name that a file system takes for
   * theirs, only where the name is not in this list.
   * @default .gitattributes, .gitmodules, .lfsconfig
   */
  protectedNames: readonly string[]
}

export const defaultAdmission: AdmissionPolicy = {
  maxFiles: 5_000,
  maxFileBytes: 20_000_000,
  protectedNames: ['.gitattributes', '.gitmodules', '.lfsconfig'],
}

/**
 * Looks at a patch before anything is made of it: limits, paths, policy, and that it was made against the base it names. Reads only.
 *
 * @returns the first reason against it.
 */
export async function admit(
  repository: GitRepository,
  patch: Patch,
  policy: AdmissionPolicy,
): Promise<Refusal | undefined> {
  return (
    sizeProblem(patch, policy) ??
    pathProblem(patch, policy) ??
    contentProblem(patch, repository) ??
    baseProblem(repository, patch)
  )
}

function rejected(code: string, message: string, remedy: string): Refusal {
  return { status: 'rejected', code, message, remedy }
}

function versionsOf(change: FileChange): FileVersion[] {
  if (change.kind === 'create') return [change.after]
  if (change.kind === 'delete') return [change.before]
  return [change.before, change.after]
}

function sizeProblem(patch: Patch, limits: AdmissionLimits): Refusal | undefined {
  if (patch.changes.length === 0)
    return rejected('PATCH_EMPTY', 'The patch changes nothing.', 'Propose at least one change.')
  if (patch.changes.length > limits.maxFiles) {
    const message = `The patch touches ${patch.changes.length} files; ${limits.maxFiles} are allowed.`
    return rejected('PATCH_TOO_MANY_FILES', message, 'Split it, or raise limits.maxFiles.')
  }
  const large = patch.changes.find((change) =>
    versionsOf(change).some((version) => version.content.byteLength > limits.maxFileBytes),
  )
  if (large === undefined) return undefined
  const message = `${large.path} is larger than the ${limits.maxFileBytes} bytes allowed.`
  return rejected('PATCH_FILE_TOO_LARGE', message, 'Leave the file out, or raise limits.maxFileBytes.')
}

function pathProblem(patch: Patch, policy: AdmissionPolicy): Refusal | undefined {
  const remedy = 'Use paths relative to the root of the repository, each once.'
  const paths = touchedPaths(patch.changes)
  for (const path of paths) {
    const problem = repoPathProblem(path)
    if (problem !== undefined)
      return rejected('PATCH_PATH_REFUSED', `Path ${JSON.stringify(path)} is refused: ${problem}.`, remedy)
    if (policy.protectedNames.some((name) => isNameOf(posix.basename(path), name))) {
      const message = `${path} steers git itself; agents may not change it.`
      return rejected('PATCH_PROTECTED_FILE', message, 'Change it by hand, or take its name off the protected names.')
    }
  }
  const written = patch.changes.filter((change) => change.kind !== 'delete').map((change) => change.path)
  const gone = patch.changes.flatMap((change) =>
    change.kind === 'delete' ? [change.path] : change.kind === 'rename' ? [change.from] : [],
  )
  const twice = [...written, ...gone].find(
    (path, n, all) => all.indexOf(path) !== n && !isReplaced(path, patch.changes),
  )
  if (twice !== undefined) return rejected('PATCH_PATH_TWICE', `The patch changes ${twice} twice.`, remedy)
  const [collision] = findPathCollisions(written)
  if (collision === undefined) return undefined
  const message = `${collision[0]} and ${collision[1]} are the same file on some systems.`
  return rejected('PATCH_PATH_COLLISION', message, 'Give one of them another name.')
}

/** One change may give up a path that another takes: a swap by two renames. */
function isReplaced(path: string, changes: readonly FileChange[]): boolean {
  const written = changes.filter((change) => change.kind !== 'delete' && change.path === path)
  const gone = changes.filter(
    (change) => (change.kind === 'rename' ? change.from : change.kind === 'delete' ? change.path : '') === path,
  )
  return written.length === 1 && gone.length === 1 && written[0] !== gone[0]
}

function contentProblem(patch: Patch, repository: GitRepository): Refusal | undefined {
  for (const change of patch.changes) {
    for (const version of versionsOf(change)) {
      if (blobId(version.content, repository.objectFormat) === version.oid) continue
      const message = `The content of ${change.path} does not have the id it is given.`
      return rejected('PATCH_CONTENT_MISMATCH', message, 'Propose the patch again.')
    }
    if (change.kind === 'delete' || change.after.mode !== '120000') continue
    const destination = Buffer.from(change.after.content).toString('utf8')
    const problem = linkProblem(change.path, destination)
    if (problem === undefined) continue
    const message = `The link ${change.path} is refused: ${problem}.`
    return rejected('PATCH_LINK_REFUSED', message, 'Link to a file inside the repository, by a relative path.')
  }
  return undefined
}

function linkProblem(path: string, destination: string): string | undefined {
  if (destination === '' || destination.includes('\0')) return 'it leads nowhere'
  if (destination.startsWith('/') || /^[A-Za-z]:|\\/.test(destination)) return 'it is absolute'
  // Where a folder is itself a link, `..` behind it leads from where that one leads. Without it, links that stay inside add up to ways that stay inside.
  const steps = destination.split('/').filter((step) => step !== '' && step !== '.')
  if (steps.lastIndexOf('..') > steps.findIndex((step) => step !== '..') && steps.some((step) => step !== '..'))
    return 'it goes up again behind a name'
  const resolved = posix.normalize(posix.join(posix.dirname(path), destination))
  if (resolved === '..' || resolved.startsWith('../')) return 'it leaves the repository'
  return resolved === '.' ? undefined : repoPathProblem(resolved.replace(/\/$/, ''))
}

async function baseProblem(repository: GitRepository, patch: Patch): Promise<Refusal | undefined> {
  const base = await repository.tryResolve(patch.base.commit)
  if (base === undefined) {
    return {
      status: 'stale',
      code: 'PATCH_BASE_UNKNOWN',
      message: `The repository has no commit ${patch.base.commit}, which the patch is based on.`,
      remedy: 'Make the patch against the present head.',
    }
  }
  const gone = new Set(
    patch.changes.flatMap((change) =>
      change.kind === 'delete' ? [change.path] : change.kind === 'rename' ? [change.from] : [],
    ),
  )
  const findings = await Promise.all(patch.changes.map((change) => mismatch(repository, base, change, gone)))
  return findings.find((refusal) => refusal !== undefined)
}

/** What a change says was there before must be what the base has. */
async function mismatch(
  repository: GitRepository,
  base: ObjectId,
  change: FileChange,
  gone: ReadonlySet<string>,
): Promise<Refusal | undefined> {
  const from = change.kind === 'rename' ? change.from : change.path
  const entry = await repository.findEntry(base, from)
  const remedy = 'Make the patch against the base that it names, or name the base it was made against.'
  if (entry?.mode === '160000') {
    return rejected('PATCH_SUBMODULE', `${from} is a submodule, which a patch cannot change.`, 'Leave it out.')
  }
  if (change.kind === 'create') {
    if (entry === null) return throughLink(repository, base, change.path)
    if (entry.mode !== '40000')
      return rejected('PATCH_BASE_MISMATCH', `${from} is to be created, but the base already has it.`, remedy)
    const inside = await repository.listTree(entry.oid)
    const left = inside.map(({ path }) => `${from}/${path}`).find((path) => !gone.has(path))
    if (left === undefined) return undefined
    const message = `${from} is to be created, but the base has a folder of that name, and ${left} stays in it.`
    return rejected('PATCH_BASE_MISMATCH', message, remedy)
  }
  if (entry === null) return rejected('PATCH_BASE_MISMATCH', `The base has no ${from}.`, remedy)
  if (entry.oid === change.before.oid && entry.mode.padStart(6, '0') === change.before.mode) return undefined
  return rejected('PATCH_BASE_MISMATCH', `${from} is not in the base as the patch says it was.`, remedy)
}

async function throughLink(repository: GitRepository, base: ObjectId, path: string): Promise<Refusal | undefined> {
  for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) {
    const entry = await repository.findEntry(base, folder)
    if (entry?.mode === '120000' || entry?.mode === '160000') {
      const what = entry.mode === '120000' ? 'a symbolic link' : 'a submodule'
      const message = `${path} would be written through ${folder}, which is ${what}.`
      return rejected('PATCH_PATH_REFUSED', message, 'Name the real path.')
    }
  }
  return undefined
}
