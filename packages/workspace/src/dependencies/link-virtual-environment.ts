import { constants } from 'node:fs'
import { chmod, copyFile, cp, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type LinkFolderOptions, moveLink } from './link-node-modules.ts'

/** Files of these kinds name folders by absolute path: settings, activation, editable installs. */
const namesFolders = /^(?:pyvenv\.cfg|.*\.(?:pth|egg-link)|__editable__.*\.py|direct_url\.json)$/
const MAX_SCRIPT_BYTES = 1_000_000

/**
 * One Python environment: a real one, which the interpreter recognises by its `pyvenv.cfg`, with every mention of the checkout
 * rewritten to the worktree, so that an editable install imports the worktree's code. Installed packages are linked.
 */
export async function linkVirtualEnvironment({ from, to, folder, mode }: LinkFolderOptions): Promise<void> {
  const walk = async (path: string, role: 'root' | 'scripts' | 'lib' | 'packages'): Promise<void> => {
    await mkdir(join(to, path), { recursive: true })
    for (const entry of await readdir(join(from, path), { withFileTypes: true })) {
      const inner = join(path, entry.name)
      if (entry.name === '__pycache__') continue
      if (entry.isSymbolicLink()) await moveLink(from, to, inner)
      else if (entry.isFile()) {
        if (role === 'scripts' || namesFolders.test(entry.name)) await copyMoved(from, to, inner)
        else await bring(inner)
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

/** Copies a file with the checkout's folder replaced by the worktree's; as it is where that is not text. */
async function copyMoved(from: string, to: string, path: string): Promise<void> {
  const source = join(from, path)
  const { size, mode } = await stat(source)
  const bytes = size > MAX_SCRIPT_BYTES ? undefined : await readFile(source)
  const text = bytes?.toString('utf8')
  if (text === undefined || bytes === undefined || text.includes('\0') || !Buffer.from(text).equals(bytes)) {
    await copyFile(source, join(to, path), constants.COPYFILE_FICLONE)
    return
  }
  await writeFile(join(to, path), text.replaceAll(from, to))
  if (basename(path) !== 'pyvenv.cfg') await chmod(join(to, path), mode)
}
