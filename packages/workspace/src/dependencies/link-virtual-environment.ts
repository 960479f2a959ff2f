import { constants } from 'node:fs'
import { cp, mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { copyMoved } from './copy-moved.ts'
import { type LinkFolderOptions, moveLink } from './link-node-modules.ts'

/** Files of these kinds name folders by absolute path: settings, activation, editable installs. */
const namesFolders = /^(?:pyvenv\.cfg|.*\.(?:pth|egg-link)|__editable__.*\.py|direct_url\.json)$/

/**
 * One Python environment: a real one, which the interpreter recognises by its `pyvenv.cfg`, with every mention of the checkout
 * rewritten to the worktree, so that an editable install imports the worktree's code. Installed packages are linked.
 */
export async function linkVirtualEnvironment({ from, to, folder, mode, sources }: LinkFolderOptions): Promise<void> {
  const walk = async (path: string, role: 'root' | 'scripts' | 'lib' | 'packages'): Promise<void> => {
    sources.add(join(from, path))
    await mkdir(join(to, path), { recursive: true })
    for (const entry of await readdir(join(from, path), { withFileTypes: true })) {
      const inner = join(path, entry.name)
      if (entry.name === '__pycache__') continue
      if (entry.isSymbolicLink()) await moveLink(from, to, inner)
      else if (entry.isFile()) {
        if (role === 'scripts' || namesFolders.test(entry.name)) {
          sources.add(join(from, inner))
          await copyMoved(from, to, inner)
        } else await bring(inner)
      } else if (entry.isDirectory()) {
        const next = role === 'root' ? roleOf(entry.name) : role === 'lib' ? libRole(entry.name) : undefined
        if (next === undefined) await bring(inner)
        else await walk(inner, next)
      }
    }
  }
  const bring = async (path: string): Promise<void> => {
    if (mode === 'share') return symlink(join(from, path), join(to, path))
    await cp(join(from, path), join(to, path), {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
    })
  }
  await walk(folder, 'root')
}

function roleOf(name: string): 'scripts' | 'lib' | undefined {
  if (name === 'bin' || name === 'Scripts') return 'scripts'
  return name === 'lib' || name === 'lib64' || name === 'Lib' ? 'lib' : undefined
}

function libRole(name: string): 'lib' | 'packages' | undefined {
  if (name === 'site-packages') return 'packages'
  return /^python\d/.test(name) ? 'lib' : undefined
}
