import { closeSync, constants, fchmodSync, lstatSync, openSync, rmSync, type Stats, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { grantOwner, walkFolders } from './folders.ts'
import { stampOf } from './stamps.ts'

export interface SurveyOptions {
  directory: string
  /** Has the permissions that a new folder gets; {@link modelFile} those of a new file. */
  modelFolder: string
  modelFile: string
  /** The files that git knows here. */
  tracked: ReadonlySet<string>
  /** Folders that are left out, with all in them. */
  skip: (path: string) => boolean
}

/** Git tells time in seconds: of what it wrote within the last one, it cannot tell whether somebody touched it since. */
const RECENT_MS = 2_000
const windows = process.platform === 'win32'

/**
 * Looks at everything in a worktree, and mends what git does not look at: permissions other than whether a file can be run, second
 * names of tracked files, through which they could be changed later, and repositories around tracked files.
 *
 * @returns stamps of all folders, and of the files that changed of late.
 */
export async function survey({ directory, skip, ...options }: SurveyOptions): Promise<Map<string, string>> {
  const folderMode = lstatSync(options.modelFolder).mode & 0o7777
  const fileModes = [lstatSync(options.modelFile).mode & 0o7777, folderMode]
  const { files, folders } = withFolders(options.tracked)
  const recent = Date.now() - RECENT_MS
  const stamps = new Map<string, string>()
  await walkFolders(directory, {
    folder(path, stats) {
      const mended = !windows && (stats.mode & 0o7777) !== folderMode
      if (mended) setFolderMode(join(directory, path), stats, folderMode)
      stamps.set(path, stampOf(mended ? lstatSync(join(directory, path)) : stats))
    },
    entry(path, entry) {
      const name = `${directory}/${path}`
      if (entry.name === '.git') {
        const folder = path.slice(0, -'/.git'.length)
        if (path !== '.git' && folders.has(folder)) rmSync(name, { recursive: true, force: true })
        return false
      }
      if (entry.isDirectory()) return !skip(path)
      if (!entry.isFile() || !files.has(path)) return false
      const stats = lstatSync(name, { throwIfNoEntry: false })
      if (stats === undefined) return false
      // Git writes it anew.
      if (stats.nlink > 1 || (!windows && !fileModes.includes(stats.mode & 0o7777))) unlinkSync(name)
      else if (stats.ctimeMs > recent) stamps.set(path, stampOf(stats))
      return false
    },
  })
  return stamps
}

function withFolders(files: ReadonlySet<string>) {
  const folders = new Set<string>()
  for (const path of files)
    for (let at = path.lastIndexOf('/'); at > 0 && !folders.has(path.slice(0, at)); at = path.lastIndexOf('/', at - 1))
      folders.add(path.slice(0, at))
  return { files, folders }
}

/** By handle, since somebody may still be at work here: a link put in the folder's place must not pass its target off as ours. */
function setFolderMode(path: string, stats: Stats, mode: number): void {
  grantOwner(path, stats)
  const handle = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    fchmodSync(handle, mode)
  } finally {
    closeSync(handle)
  }
}
