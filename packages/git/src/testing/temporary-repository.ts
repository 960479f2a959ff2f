import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ObjectId } from '@patchlane/kernel'
import { GitRepository } from '../git-repository.ts'
import { runGit } from '../run-git.ts'

/** A repository for one test, with `main` checked out. */
export interface TemporaryRepository {
  directory: string
  repository: GitRepository
  /** Runs git as the repository's user would, and returns what it printed. */
  git(...args: string[]): Promise<string>
  /** Writes files (null removes) and commits them. */
  commit(files: Record<string, string | Uint8Array | null>, message?: string): Promise<ObjectId>
  write(path: string, content: string | Uint8Array): Promise<void>
  remove(): Promise<void>
}

/** Makes a repository in a temporary folder, with one commit of `files`. */
export async function temporaryRepository(
  files: Record<string, string | Uint8Array> = { 'file.txt': 'one\n' },
  options: { fsync?: boolean } = {},
): Promise<TemporaryRepository> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'patchlane-')))
  const git = async (...args: string[]) =>
    (await runGit({ args, cwd: directory, config: ['user.name=Tester', 'user.email=tester@example.com'] })).stdout
  await git('init', '--quiet', '--initial-branch=main')
  await git('config', 'user.name', 'Tester')
  await git('config', 'user.email', 'tester@example.com')
  const repository = await GitRepository.open(directory, { fsync: options.fsync ?? false })
  const write = async (path: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), content)
  }
  const commit = async (changes: Record<string, string | Uint8Array | null>, message = 'Change') => {
    for (const [path, content] of Object.entries(changes)) {
      if (content === null) await rm(join(directory, path))
      else await write(path, content)
    }
    await git('add', '--all', '--force')
    await git('commit', '--quiet', '--allow-empty', '--no-verify', '-m', message)
    return repository.resolve('HEAD')
  }
  await commit(files, 'First')
  return {
    directory,
    repository,
    git,
    commit,
    write,
    async remove() {
      await repository.close()
      await rm(directory, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
