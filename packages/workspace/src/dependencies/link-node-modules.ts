import { constants } from 'node:fs'
import { copyFile, cp, mkdir, readdir, readlink, realpath, symlink } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { isInside } from '../workspace-root.ts'

export interface LinkFolderOptions {
  /** Both roots, without links in them. */
  from: string
  to: string
  /** Relative to both. */
  folder: string
  mode: 'share' | 'copy'
}

/** Hidden folders that hold packages; all others are caches of tools, which every worktree has to itself. */
const hiddenPackages = new Set(['.pnpm', '.store', '.prisma'])

/** One `node_modules`, as a real folder: a link in its place would not match an ignore pattern that ends in a slash. */
export async function linkNodeModules({ from, to, folder, mode }: LinkFolderOptions): Promise<void> {
  await mkdir(join(to, folder), { recursive: true })
  for (const entry of await readdir(join(from, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isSymbolicLink()) await moveLink(from, to, path)
    else if (!entry.isDirectory()) continue
    else if (entry.name === '.bin') await copyScripts(from, to, path)
    else if (entry.name.startsWith('.') && !hiddenPackages.has(entry.name)) continue
    else if (entry.name.startsWith('@')) await linkScope(from, to, path, mode)
    else await bring(from, to, path, mode)
  }
}

async function linkScope(from: string, to: string, scope: string, mode: 'share' | 'copy'): Promise<void> {
  await mkdir(join(to, scope), { recursive: true })
  for (const entry of await readdir(join(from, scope), { withFileTypes: true })) {
    const path = join(scope, entry.name)
    if (entry.isSymbolicLink()) await moveLink(from, to, path)
    else await bring(from, to, path, mode)
  }
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

/** Scripts are small and find their package relative to themselves, so a copy finds the worktree's. */
async function copyScripts(from: string, to: string, folder: string): Promise<void> {
  await mkdir(join(to, folder), { recursive: true })
  for (const entry of await readdir(join(from, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isSymbolicLink()) await moveLink(from, to, path)
    else if (entry.isFile()) await copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE)
  }
}
