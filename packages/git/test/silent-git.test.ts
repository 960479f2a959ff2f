import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ObjectReader } from '../src/object-reader.ts'
import { RefTransaction } from '../src/ref-transaction.ts'
import { findRepository } from '../src/repository-layout.ts'
import { type TemporaryRepository, temporaryRepository } from '../src/testing/index.ts'

// Stopped by a signal, git lives and answers nothing: as behind a pipe that failed, or on a disk that went away.
const silenceMs = 200
let made: TemporaryRepository
beforeEach(async () => {
  made = await temporaryRepository()
})
afterEach(() => made.remove())

/** Processes of git below this one whose arguments hold a word. */
function gitsOf(word: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]
        return Number(parent) === process.pid && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(word)
      } catch {
        return false
      }
    })
    .map(Number)
}

it.skipIf(process.platform !== 'linux')('ends a reader that was asked and says nothing, and asks another', async () => {
  const reader = new ObjectReader(await findRepository(made.directory), { silenceMs })
  const head = await reader.info('HEAD')
  const [pid] = gitsOf('cat-file').slice(-1)
  process.kill(pid ?? 0, 'SIGSTOP')
  await expect(Promise.all([reader.info('HEAD'), reader.contents('HEAD')])).rejects.toMatchObject({
    code: 'GIT_COMMAND_FAILED',
    message: expect.stringContaining('it gave no answer for 0.2 s'),
  })
  expect(gitsOf('cat-file')).not.toContain(pid)
  expect(await reader.info('HEAD')).toEqual(head)
  // Silence means nothing while nothing is asked.
  await new Promise((resolve) => setTimeout(resolve, 2 * silenceMs))
  const [idle] = gitsOf('cat-file').slice(-1)
  expect(await reader.info('HEAD')).toEqual(head)
  expect(gitsOf('cat-file')).toContain(idle)
  await reader.close()
})

it.skipIf(process.platform !== 'linux')('ends a transaction that says nothing, and nothing has moved', async () => {
  const { gitDir, objectFormat } = await findRepository(made.directory)
  const transaction = await RefTransaction.begin({ gitDir, objectFormat, message: 'test', silenceMs })
  const head = await made.repository.resolve('HEAD')
  process.kill(transaction.pid, 'SIGSTOP')
  await expect(
    transaction.prepare([{ kind: 'update', ref: 'refs/heads/side', new: head, old: null }]),
  ).rejects.toMatchObject({ code: 'GIT_COMMAND_FAILED', message: expect.stringContaining('no answer') })
  await transaction.abort()
  expect(transaction.running).toBe(false)
  expect(await made.repository.tryResolve('refs/heads/side')).toBeUndefined()
})

it.skipIf(process.platform !== 'linux')(
  'asks another where the first died with nothing asked, however close behind',
  async () => {
    const reader = new ObjectReader(await findRepository(made.directory), { silenceMs: 5_000 })
    const head = await reader.info('HEAD')
    for (let round = 0; round < 30; round++) {
      const [pid] = gitsOf('cat-file').slice(-1)
      process.kill(pid ?? 0, 'SIGKILL')
      // Questions at each turn of the loop around its death: each is answered, or fails because it died on it.
      const answers: Promise<unknown>[] = []
      for (let turn = 0; turn < 40; turn++) {
        answers.push(reader.info('HEAD').catch((error: unknown) => error))
        await new Promise((resolve) => setImmediate(resolve))
      }
      for (const answer of await Promise.all(answers)) {
        if (answer instanceof Error) expect(answer).toMatchObject({ code: 'GIT_COMMAND_FAILED' })
        else expect(answer).toEqual(head)
      }
      expect(await reader.info('HEAD')).toEqual(head)
    }
    await reader.close()
  },
)
