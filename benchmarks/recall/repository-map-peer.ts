import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GitRepository } from '@patchlane/git'

/** Another program's ranking of a checkout. The checkout is a clone of its own, moved from commit to commit. */
export class RepositoryMapPeer {
  readonly #repository: GitRepository
  readonly #command: readonly string[]
  #checkout: string | undefined

  constructor(repository: GitRepository, command: string) {
    this.#repository = repository
    this.#command = command.split(' ')
  }

  async rank(commit: string, task: string): Promise<string[]> {
    this.#checkout ??= await this.#clone()
    await run('git', [
      '-C',
      this.#checkout,
      '-c',
      'core.hooksPath=/dev/null',
      'checkout',
      '--quiet',
      '--force',
      '--detach',
      commit,
    ])
    const [file = '', ...args] = this.#command
    const output = await run(file, [...args, this.#checkout], task)
    return [...new Set(output.split('\n').filter((line) => line !== ''))]
  }

  async close(): Promise<void> {
    if (this.#checkout !== undefined) await rm(this.#checkout, { recursive: true, force: true })
  }

  async #clone(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'patchlane-peer-'))
    await run('git', ['clone', '--quiet', '--no-checkout', '--shared', this.#repository.commonDir, folder])
    return folder
  }
}

function run(file: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(file, args, { maxBuffer: 64_000_000, timeout: 300_000 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    )
    child.stdin?.end(input)
  })
}
