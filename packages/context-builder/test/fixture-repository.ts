import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { GitRepository } from '@patchlane/git'
import { type ObjectId, objectIdSchema } from '@patchlane/kernel'
import type { MemoryCommit } from '../src/index.ts'

const run = promisify(execFile)
const identity = {
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.org',
}

/** A git repository among the temporary files. */
export class FixtureRepository {
  readonly directory: string
  readonly repository: GitRepository

  private constructor(directory: string, repository: GitRepository) {
    this.directory = directory
    this.repository = repository
  }

  static async create(): Promise<FixtureRepository> {
    const directory = await mkdtemp(join(tmpdir(), 'patchlane-context-'))
    await run('git', ['init', '--quiet', '--initial-branch=main', directory])
    return new FixtureRepository(directory, await GitRepository.open(directory))
  }

  async git(...args: string[]): Promise<string> {
    const { stdout } = await run('git', ['-C', this.directory, '-c', 'core.quotePath=false', ...args], {
      env: { ...process.env, ...identity },
    })
    return stdout.trim()
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    const file = join(this.directory, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }

  /** Makes the checkout exactly these files, and commits. */
  async commit({ message, files }: MemoryCommit): Promise<ObjectId> {
    if ((await this.git('ls-files')) !== '') await this.git('rm', '-rq', '-f', '.')
    for (const [path, content] of Object.entries(files)) if (content !== null) await this.write(path, content)
    await this.git('add', '-A', '-f')
    await this.git('commit', '--quiet', '--allow-empty', '-m', message)
    return objectIdSchema.parse(await this.git('rev-parse', 'HEAD'))
  }

  async remove(): Promise<void> {
    await this.repository.close()
    await rm(this.directory, { recursive: true, force: true })
  }
}
