import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitRepository } from '@patchlane/git'

/** A remote that sent no trees but those of the commits that were checked out. */
export interface TreelessRemote {
  name: string
  /** As git's configuration has it: `tree:0`, `combine:blob:none+tree:0`. */
  filter: string
}

/** The remote that a repository was cloned from without trees; undefined for any other repository. */
export async function treelessRemote(repository: GitRepository): Promise<TreelessRemote | undefined> {
  // A clone writes its filter into this file: nearly all repositories have none, and a process less to wait for.
  const configuration = await readFile(join(repository.commonDir, 'config'), 'utf8').catch(() => '')
  if (!/partialclonefilter/i.test(configuration)) return undefined
  const { stdout } = await repository.git({
    args: ['config', '-z', '--get-regexp', '^remote\\..*\\.partialclonefilter$'],
    okExitCodes: [0, 1],
  })
  for (const entry of stdout.split('\0')) {
    const [key = '', filter = ''] = entry.split('\n')
    if (/^(?:tree:|combine:(?:.*\+)?tree(?::|%3a))/i.test(filter)) {
      return { name: key.slice('remote.'.length, -'.partialclonefilter'.length), filter }
    }
  }
  return undefined
}
