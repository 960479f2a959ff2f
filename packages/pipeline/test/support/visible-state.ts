import { createHash } from 'node:crypto'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { ThrowawayRepository } from './throwaway-repository.ts'

export interface VisibleState {
  status: string
  head: string
  /** All but the tool's own. */
  refs: string[]
  /** Of every byte, mode and link of the checkout, git's folder apart. */
  files: string
  /** Configuration and hooks. */
  settings: string
}

/** All that the user of a repository can see of it, to be compared before and after. */
export async function visibleState(repository: ThrowawayRepository): Promise<VisibleState> {
  const { directory } = repository
  const refs = await repository.git('for-each-ref', '--format=%(objectname) %(refname)')
  return {
    status: await repository.git('status', '--porcelain', '-uall'),
    head: await readFile(join(directory, '.git/HEAD'), 'utf8'),
    refs: refs.split('\n').filter((line) => !line.includes(' refs/patchlane/')),
    files: await digestOf(directory, ['.git']),
    settings: `${await readFile(join(directory, '.git/config'), 'utf8')}${await digestOf(join(directory, '.git/hooks'), [])}`,
  }
}

async function digestOf(directory: string, without: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  const entries = await readdir(directory, { recursive: true })
  for (const path of entries.sort()) {
    if (without.some((skipped) => path === skipped || path.startsWith(`${skipped}/`))) continue
    const file = join(directory, path)
    const info = await lstat(file)
    hash.update(`${path}\0${info.mode.toString(8)}\0`)
    if (info.isSymbolicLink()) hash.update(await readlink(file))
    else if (info.isFile()) hash.update(await readFile(file))
    hash.update('\0')
  }
  return hash.digest('hex')
}
