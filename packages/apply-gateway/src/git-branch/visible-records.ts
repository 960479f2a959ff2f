import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitRepository } from '@patchlane/git'
import { sha256 } from '@patchlane/kernel'

/** HEAD, all refs but the tool's own, and what the index holds (not its time stamps, which any `git status` refreshes). */
export async function visibleRecords(
  repository: GitRepository,
  gitDir: string,
  directory: string | null,
): Promise<string> {
  const [head, refs, index] = await Promise.all([
    readFile(join(gitDir, 'HEAD'), 'utf8').catch(() => ''),
    repository.git({ args: ['for-each-ref', '--format=%(objectname) %(refname) %(symref)'] }),
    directory === null
      ? undefined
      : repository.git({
          args: ['ls-files', '--stage', '-z'],
          cwd: directory,
          env: { GIT_DIR: gitDir, GIT_WORK_TREE: directory },
        }),
  ])
  const names = refs.stdout.split('\n').filter((line) => !/^[0-9a-f]+ refs\/patchlane\//.test(line))
  return `${head}${names.join('\n')}\nindex ${index === undefined ? '-' : sha256(index.stdoutBytes)}\n`
}
