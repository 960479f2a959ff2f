import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, link, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GitRepository, RefTransaction, type RefUpdate } from '@patchlane/git'
import { temporaryRepository } from '@patchlane/git/testing'
import { patchIdSchema, targetNameSchema } from '@patchlane/kernel'
import { describe, expect, it, vi } from 'vitest'
import { GitBranchTarget } from '../src/index.ts'
import { Judgement, type LandingVerdict } from '../src/landing-verdict.ts'
import { targetContract } from '../src/testing/index.ts'

const name = targetNameSchema.parse('refs/heads/main')

/** That a change of the file `a` may land on the head, or that a file may go. */
async function verdictOn(repository: GitRepository, gone?: string): Promise<LandingVerdict> {
  const base = await repository.resolve('main')
  const oid = await repository.writeBlob(Buffer.from('landed\n'))
  const change =
    gone === undefined ? { path: 'a', entry: { mode: '100644' as const, oid } } : { path: gone, entry: null }
  const tree = await repository.writeTree(await repository.treeOf(base), [change])
  const author = { name: 'a', email: 'a', at: 0 }
  const commit = await repository.commitTree({ tree, parents: [base], message: 'Land', author })
  const patchId = patchIdSchema.parse('44444444-4444-4444-8444-444444444444')
  const judgement = new Judgement({ patchId, base, tree, commit }, { checks: [], approval: false })
  judgement.preserved(tree)
  return judgement.conclude()
}

describe('GitBranchTarget', () => {
  targetContract(
    { it, expect },
    {
      workInTheWay: 'parks',
      async open(files) {
        const sandbox = await temporaryRepository(files, { fsync: true })
        const more: GitRepository[] = []
        return {
          target: new GitBranchTarget({ repository: sandbox.repository, name }),
          directory: sandbox.directory,
          async reopen() {
            const repository = await GitRepository.open(sandbox.directory)
            more.push(repository)
            return new GitBranchTarget({ repository, name })
          },
          async remove() {
            for (const repository of more) await repository.close()
            await sandbox.remove()
          },
        }
      },
    },
  )

  it.skipIf(process.platform !== 'linux').each(['prepare', 'commit'] as const)(
    'leaves nothing locked where the git that moves the refs is killed in its %s',
    async (moment) => {
      const sandbox = await temporaryRepository({ a: 'a\n' })
      const original = RefTransaction.prototype[moment]
      try {
        const { repository, directory } = sandbox
        const target = new GitBranchTarget({ repository, name })
        const fence = await target.takeOver({ epoch: 1, owner: 'writer' })
        const verdict = await verdictOn(repository)
        await target.ready()
        const killed = vi.spyOn(RefTransaction.prototype, moment)
        killed.mockImplementationOnce(async function (this: RefTransaction, updates: readonly RefUpdate[] = []) {
          killed.mockRestore()
          if (moment === 'prepare') await original.call(this, updates)
          process.kill(this.pid, 'SIGKILL')
          await this.commit()
        })
        await expect(target.land(verdict, fence)).rejects.toMatchObject({ code: 'APPLY_GATEWAY_LANDING_FAILED' })
        expect(await target.head()).toBe(verdict.base)
        expect(await sandbox.git('status', '--porcelain')).toBe('')
        const left = await readdir(join(directory, '.git'), { recursive: true })
        expect(left.filter((file) => /\.lock$|\.jsonl$|patchlane-/.test(file))).toEqual([])
        await target.land(verdict, fence)
        expect(await target.head()).toBe(verdict.commit)
      } finally {
        vi.restoreAllMocks()
        await sandbox.remove()
      }
    },
  )

  it.each([undefined, 'new'])(
    'takes away a lock that git left, and none that somebody made since (%s)',
    async (content) => {
      const sandbox = await temporaryRepository({ a: 'a\n' })
      try {
        const { repository, directory } = sandbox
        const target = new GitBranchTarget({ repository, name })
        const fence = await target.takeOver({ epoch: 1, owner: 'writer' })
        const verdict = await verdictOn(repository)
        const lock = join(directory, '.git/HEAD.lock')
        const original = RefTransaction.prototype.commit
        const commit = vi.spyOn(RefTransaction.prototype, 'commit')
        commit.mockImplementationOnce(async function (this: RefTransaction) {
          commit.mockRestore()
          // The same file under another name, and back when git has removed its own.
          await link(lock, `${lock}-kept`)
          await original.call(this)
          if (content === undefined) await rename(`${lock}-kept`, lock)
          else await writeFile(lock, content)
        })
        await target.land(verdict, fence)
        expect(await readFile(lock, 'utf8').catch(() => undefined)).toBe(content)
      } finally {
        vi.restoreAllMocks()
        await sandbox.remove()
      }
    },
  )

  it.skipIf(process.platform === 'win32')(
    'moves files by a git that was started ahead, once, and says what is in its way',
    async () => {
      const sandbox = await temporaryRepository({ a: 'a\n' })
      try {
        const { repository, directory } = sandbox
        const verdict = await verdictOn(repository)
        const target = new GitBranchTarget({ repository, name })
        const fence = await target.takeOver({ epoch: 1, owner: 'writer' })
        const ran = vi.spyOn(repository, 'git')
        await writeFile(join(directory, 'a'), 'work\n')
        await target.ready()
        await expect(target.land(verdict, fence)).rejects.toMatchObject({ paths: ['a'] })
        // As git wrote it: a file that only looks changed is moved by a second git.
        await sandbox.git('checkout', '--', 'a')
        await target.ready()
        await target.ready()
        ran.mockClear()
        await target.land(verdict, fence)
        expect(ran.mock.calls.filter(([{ args }]) => args[0] === 'read-tree' && args.length === 5)).toEqual([])
        expect(await readFile(join(directory, 'a'), 'utf8')).toBe('landed\n')
        expect(await sandbox.git('status', '--porcelain')).toBe('')
        expect((await readdir(join(directory, '.git'))).filter((file) => /lock|patchlane-/.test(file))).toEqual([])
      } finally {
        await sandbox.remove()
      }
    },
  )

  it.each(['gone', 'new work', 'go', ''])(
    'removes a file that git could not remove, and its folders, unless it holds something else by then (%s)',
    async (content) => {
      const sandbox = await temporaryRepository({ a: 'a\n', 'deep/er/file': 'gone' })
      try {
        const { repository, directory } = sandbox
        const target = new GitBranchTarget({ repository, name })
        const fence = await target.takeOver({ epoch: 1, owner: 'writer' })
        const verdict = await verdictOn(repository, 'deep/er/file')
        const run = repository.git.bind(repository)
        // git warns of a file that it cannot remove, and ends as if all were well.
        vi.spyOn(repository, 'git').mockImplementation(async (request) => {
          const result = await run(request)
          if (request.args[0] === 'read-tree') {
            await mkdir(join(directory, 'deep/er'), { recursive: true })
            await writeFile(join(directory, 'deep/er/file'), content)
          }
          return result
        })
        await target.land(verdict, fence)
        expect(await target.head()).toBe(verdict.commit)
        const left = await readFile(join(directory, 'deep/er/file'), 'utf8').catch(() => undefined)
        expect(left).toBe(content === 'gone' ? undefined : content)
        expect((await readdir(directory)).includes('deep')).toBe(content !== 'gone')
      } finally {
        vi.restoreAllMocks()
        await sandbox.remove()
      }
    },
  )

  it.runIf(process.platform === 'linux')(
    'holds the index until commands have ended that may have read it before the landing',
    async () => {
      const sandbox = await temporaryRepository({ a: 'a\n' })
      const tools = await mkdtemp(join(tmpdir(), 'patchlane-tools-'))
      try {
        const { repository, directory } = sandbox
        const verdict = await verdictOn(repository)
        const target = new GitBranchTarget({ repository, name })
        const fence = await target.takeOver({ epoch: 1, owner: 'writer' })
        // Stands for a commit that has read the index and is about to lock it.
        await copyFile('/bin/sleep', join(tools, 'git'))
        const reader = spawn(join(tools, 'git'), ['60'], { cwd: directory })
        await once(reader, 'spawn')
        let ended = false
        const landing = target.land(verdict, fence).then(() => {
          ended = true
        })
        while ((await target.head()) !== verdict.commit) await sleep(5)
        await sleep(300)
        expect(ended).toBe(false)
        expect((await stat(join(directory, '.git/index.lock'))).size).toBeGreaterThan(0)
        reader.kill()
        await landing
        await expect(stat(join(directory, '.git/index.lock'))).rejects.toMatchObject({ code: 'ENOENT' })
        expect(await repository.status()).toEqual([])
        expect(await readFile(join(directory, 'a'), 'utf8')).toBe('landed\n')
      } finally {
        await sandbox.remove()
        await rm(tools, { recursive: true })
      }
    },
  )
})
