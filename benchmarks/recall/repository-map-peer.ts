import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { GitRepository } from '@patchlane/git'
import { z } from 'zod'

const run = promisify(execFile)
const answerSchema = z.array(z.string())

/**
 * Another program's ranking of a checkout. The checkout is a clone of its own, moved from commit to commit; the program runs for as long,
 * gets one task a line, as JSON, and answers each with one line, the paths, as JSON.
 */
export class RepositoryMapPeer {
  readonly #repository: GitRepository
  readonly #command: readonly string[]
  #checkout: string | undefined
  #program: ChildProcessWithoutNullStreams | undefined
  #answers: AsyncIterator<string> | undefined

  constructor(repository: GitRepository, command: string) {
    this.#repository = repository
    this.#command = command.split(' ')
  }

  async rank(commit: string, task: string): Promise<string[]> {
    this.#checkout ??= await this.#clone()
    const quiet = ['-c', 'core.hooksPath=/dev/null', 'checkout', '--quiet', '--force', '--detach']
    await run('git', ['-C', this.#checkout, ...quiet, commit])
    const program = this.#program ?? this.#start(this.#checkout)
    program.stdin.write(`${JSON.stringify(task)}\n`)
    const answer = await this.#answers?.next()
    if (answer === undefined || answer.done === true)
      throw new Error(`${this.#command.join(' ')} ended without an answer`)
    return [...new Set(answerSchema.parse(JSON.parse(answer.value)))]
  }

  async close(): Promise<void> {
    this.#program?.stdin.end()
    if (this.#checkout !== undefined) await rm(this.#checkout, { recursive: true, force: true })
  }

  #start(checkout: string): ChildProcessWithoutNullStreams {
    const [file = '', ...args] = this.#command
    const program = spawn(file, [...args, checkout])
    // What it says beside its answers is of no interest, but has to be read for it to go on.
    program.stderr.resume()
    this.#program = program
    this.#answers = createInterface({ input: program.stdout })[Symbol.asyncIterator]()
    return program
  }

  async #clone(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'patchlane-peer-'))
    await run('git', ['clone', '--quiet', '--no-checkout', '--shared', this.#repository.commonDir, folder])
    return folder
  }
}
