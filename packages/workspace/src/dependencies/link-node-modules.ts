import { constants, type Dirent } from 'node:fs'
import { copyFile, cp, mkdir, readdir, readlink, realpath, symlink } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { isInside } from '../workspace-root.ts'
import { copyMoved } from './copy-moved.ts'
import type { SourceStamps } from './source-stamps.ts'

export interface LinkFolderOptions {
  /** Both roots, without links in them. */
  from: string
  to: string
  /** Relative to both. */
  folder: string
  mode: 'share' | 'copy'
  /** Filled with what is read. */
  sources: SourceStamps
}

/** Hidden folders that hold packages; all others are caches of tools, which every worktree has to itself. */
const hiddenPackages = new Set(['.store', '.prisma'])
/** What package managers remember of their latest run. Without it their next one sets up everything anew, through the links. */
const managerFiles = /^\.(?:modules\.yaml|pnpm-workspace-state.*\.json|package-lock\.json|yarn-state\.yml)$/

/** One `node_modules`, as a real folder: a link in its place would not match an ignore pattern that ends in a slash. */
export async function linkNodeModules(options: LinkFolderOptions): Promise<void> {
  const { from, to, mode, sources } = options
  await eachEntry(options, async (entry, path) => {
    if (entry.isSymbolicLink()) await moveLink(from, to, path)
    else if (managerFiles.test(entry.name)) {
      sources.add(join(from, path))
      await copyMoved(from, to, path)
    } else if (!entry.isDirectory()) return
    else if (entry.name === '.bin') await copyFiles({ ...options, folder: path })
    else if (entry.name === '.pnpm') await linkPnpmStore({ ...options, folder: path })
    else if (entry.name.startsWith('.') && !hiddenPackages.has(entry.name)) return
    else if (entry.name.startsWith('@')) await linkScope({ ...options, folder: path })
    else await bring(from, to, path, mode)
  })
}

/**
 * pnpm's folder of all packages is a real one too, so that an install in the worktree adds to it and prunes from it without
 * touching the checkout's.
 */
async function linkPnpmStore(options: LinkFolderOptions): Promise<void> {
  const { from, to, mode } = options
  await copyFiles(options)
  await eachEntry(options, async (entry, path) => {
    if (entry.name === 'node_modules') await linkNodeModules({ ...options, folder: path })
    else if (entry.isDirectory()) await bring(from, to, path, mode)
  })
}

async function linkScope(options: LinkFolderOptions): Promise<void> {
  const { from, to, mode } = options
  await eachEntry(options, async (entry, path) => {
    if (entry.isSymbolicLink()) await moveLink(from, to, path)
    else await bring(from, to, path, mode)
  })
}

/** A link or a copy of a folder that holds other people's code. */
async function bring(from: string, to: string, path: string, mode: 'share' | 'copy'): Promise<void> {
  if (mode === 'share') return symlink(join(from, path), join(to, path), 'junction')
  await cp(join(from, path), join(to, path), {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
  })
}

/**
 * Makes the link that stands in the same place: what it points at inside the checkout, it points at inside the worktree, and what
 * is outside stays where it is.
 */
export async function moveLink(from: string, to: string, path: string): Promise<void> {
  const text = await readlink(join(from, path))
  const lexical = resolve(dirname(join(from, path)), text)
  if (!isAbsolute(text) && isInside(from, lexical)) return symlink(text, join(to, path))
  const target = await realpath(join(from, path)).catch(() => lexical)
  const moved = isInside(from, target) ? join(to, relative(from, target)) : target
  await symlink(moved, join(to, path), 'junction')
}

/** The files of a folder, not its folders. Scripts find their package relative to themselves, so a copy finds the worktree's. */
async function copyFiles(options: LinkFolderOptions): Promise<void> {
  const { from, to, sources } = options
  await eachEntry(options, async (entry, path) => {
    if (entry.isSymbolicLink()) await moveLink(from, to, path)
    else if (entry.isFile()) {
      sources.add(join(from, path))
      await copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE)
    }
  })
}

async function eachEntry(
  { from, to, folder, sources }: LinkFolderOptions,
  work: (entry: Dirent, path: string) => Promise<void>,
): Promise<void> {
  sources.add(join(from, folder))
  await mkdir(join(to, folder), { recursive: true })
  const entries = await readdir(join(from, folder), { withFileTypes: true })
  await Promise.all(entries.map((entry) => work(entry, join(folder, entry.name))))
}
