import { mkdir, readFile, readlink, rmdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { GitRepository } from '@patchlane/git'
import { foldPath, type ObjectId, PatchlaneError } from '@patchlane/kernel'
import { hasCode, lstatOrNothing } from '../files.ts'
import type { Intent, IntentPath, LandingCheckout } from './intent.ts'

/** Folders that landing these paths will have to make, deepest first. */
export async function missingFolders(workTree: string, paths: readonly IntentPath[]): Promise<string[]> {
  const folders = new Set<string>()
  for (const { path, after } of paths) {
    if (after === null) continue
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder)
  }
  const missing = await Promise.all(
    [...folders].map(async (folder) => ((await lstatOrNothing(join(workTree, folder))) === undefined ? [folder] : [])),
  )
  return missing.flat().sort((a, b) => b.length - a.length)
}

/**
 * Puts the files of a landing back to before it, or, with `to: 'new'`, finishes them. A file is touched only where its bytes are
 * the other side's, the beginning of either side (a write that was cut short), or gone; anything else is somebody's edit and stays.
 *
 * @returns the paths that were left alone because somebody changed them.
 */
export async function restoreFiles(
  repository: GitRepository,
  intent: Intent,
  options: { to: 'old' | 'new' } = { to: 'old' },
): Promise<string[]> {
  const { checkout } = intent
  if (checkout === null) return []
  const kept: string[] = []
  const remove: string[] = []
  const write: string[] = []
  for (const path of checkout.paths) {
    const [wanted, other] = options.to === 'old' ? [path.before, path.after] : [path.after, path.before]
    const state = await compare(repository, checkout.workTree, path.path, wanted, other)
    if (state === 'foreign') kept.push(path.path)
    else if (state === 'repair' && wanted === null) remove.push(path.path)
    else if (state === 'repair') write.push(path.path)
  }
  for (const path of remove) await removeIfThere(join(checkout.workTree, path))
  const emptied = options.to === 'old' ? checkout.newFolders : foldersOfDeleted(checkout.paths)
  await removeEmpty(checkout.workTree, emptied)
  await writeFiles(repository, intent, write, options.to)
  return kept
}

/**
 * Sees to it that what a landing deletes is gone: git only warns of a file that it could not remove, and says nothing of a folder that it left
 * empty. A file that somebody has made there meanwhile stays.
 */
export async function finishDeletions(repository: GitRepository, checkout: LandingCheckout): Promise<void> {
  const { workTree, paths } = checkout
  // Where case does not count, a file of another spelling is the same file.
  const made = new Set(paths.flatMap(({ path, after }) => (after === null ? [] : [foldPath(path)])))
  for (const { path, before, after } of paths) {
    if (after !== null || made.has(foldPath(path))) continue
    // The whole of it: a beginning of it, which a crash may leave, is somebody's here.
    if ((await compare(repository, workTree, path, before, null)) === 'right') await removeIfThere(join(workTree, path))
  }
  await removeEmpty(workTree, foldersOfDeleted(paths))
}

/** Folders that may be left without a file, deepest first. */
export function foldersOfDeleted(paths: readonly IntentPath[]): string[] {
  const folders = new Set<string>()
  for (const { path, after } of paths) {
    if (after !== null) continue
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder)
  }
  return [...folders].sort((a, b) => b.length - a.length)
}

type Entry = IntentPath['before']

/** `right`: as wanted. `repair`: ours to change. `foreign`: somebody else's. */
async function compare(
  repository: GitRepository,
  workTree: string,
  path: string,
  wanted: Entry,
  other: Entry,
): Promise<'right' | 'repair' | 'foreign'> {
  const file = join(workTree, path)
  const found = await lstatOrNothing(file)
  if (found === undefined) return wanted === null ? 'right' : 'repair'
  if (found.isDirectory()) return wanted === null ? 'right' : 'foreign'
  const isLink = found.isSymbolicLink()
  const bytes = isLink ? Buffer.from(await readlink(file)) : await readFile(file)
  const executable = !isLink && (found.mode & 0o100n) !== 0n
  const side = async (entry: Entry) => {
    if (entry === null) return { whole: false, part: false }
    if ((entry.mode === '120000') !== isLink) return { whole: false, part: bytes.length === 0 }
    const content = await readIfThere(repository, entry.oid)
    if (content === undefined) return { whole: false, part: false }
    const modeFits = isLink || executable === (entry.mode === '100755')
    // A checkout may have turned line ends.
    const plain = withoutCarriageReturns(bytes)
    const wantedPlain = withoutCarriageReturns(content)
    return {
      whole: modeFits && (bytes.equals(content) || plain.equals(wantedPlain)),
      part: bytes.equals(content) || wantedPlain.subarray(0, plain.length).equals(plain),
    }
  }
  const asWanted = await side(wanted)
  if (asWanted.whole) return 'right'
  const asOther = await side(other)
  return asOther.part || asWanted.part ? 'repair' : 'foreign'
}

/** Undefined for what a power cut took: then no file was written from it either. */
async function readIfThere(repository: GitRepository, oid: ObjectId): Promise<Buffer | undefined> {
  return repository.readBlob(oid).catch((thrown: unknown) => {
    if (PatchlaneError.is(thrown) && thrown.code === 'GIT_OBJECT_NOT_FOUND') return undefined
    throw thrown
  })
}

function withoutCarriageReturns(bytes: Buffer): Buffer {
  return bytes.includes(13) ? Buffer.from(bytes.filter((byte) => byte !== 13)) : bytes
}

async function removeIfThere(file: string): Promise<void> {
  await unlink(file).catch((thrown: unknown) => {
    if (!hasCode(thrown, 'ENOENT', 'ENOTDIR')) throw thrown
  })
}

async function removeEmpty(workTree: string, folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    await rmdir(join(workTree, folder)).catch((thrown: unknown) => {
      if (!hasCode(thrown, 'ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST')) throw thrown
    })
  }
}

/** Writes files as a checkout would, with the line ends and filters in force, through an index of its own. */
async function writeFiles(
  repository: GitRepository,
  intent: Intent,
  paths: readonly string[],
  side: 'old' | 'new',
): Promise<void> {
  const { checkout } = intent
  if (checkout === null) return
  const index = join(checkout.gitDir, `patchlane-restore-${intent.token}`)
  const env = { GIT_DIR: checkout.gitDir, GIT_WORK_TREE: checkout.workTree, GIT_INDEX_FILE: index }
  const cwd = checkout.workTree
  try {
    // A recovery that was killed may have written the files and left its index.
    if (paths.length === 0) return
    await mkdir(dirname(index), { recursive: true })
    await removeIfThere(`${index}.lock`)
    await repository.git({ args: ['read-tree', side === 'old' ? intent.old : intent.new], cwd, env })
    await repository.git({
      args: ['checkout-index', '--force', '-z', '--stdin'],
      input: paths.map((path) => `${path}\0`).join(''),
      cwd,
      env,
    })
  } finally {
    await removeIfThere(index)
    await removeIfThere(`${index}.lock`)
  }
}
