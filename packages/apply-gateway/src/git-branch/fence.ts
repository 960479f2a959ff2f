import { randomUUID } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GitRepository } from '@patchlane/git'
import { type ObjectId, PatchlaneError, type TargetLease, type TargetName } from '@patchlane/kernel'
import { z } from 'zod'
import { FencedOutError } from '../errors.ts'
import { removeFile } from '../files.ts'
import type { Fence } from '../target.ts'

const recordSchema = z.object({ epoch: z.number().int(), owner: z.string(), nonce: z.string() })
type FenceRecord = z.infer<typeof recordSchema>

/** Only gateways lock the fence, for milliseconds; a lock this old was left by a dead one. */
const DEAD_LOCK_MS = 3_000

/**
 * A ref beside the target that says who owns it. Take-over moves it by compare-and-swap; landing verifies it in the transaction that
 * moves the target, so git itself refuses a writer that was overtaken in its sleep.
 */
export class FenceRef {
  readonly ref: string
  readonly #repository: GitRepository
  readonly #target: TargetName

  constructor(repository: GitRepository, target: TargetName) {
    this.#repository = repository
    this.#target = target
    this.ref = `refs/patchlane/fence/${encodeURIComponent(target).replaceAll('.', '%2E')}`
  }

  /** @throws {FencedOutError} when a later epoch is there. */
  async takeOver(lease: Pick<TargetLease, 'epoch' | 'owner'>): Promise<Fence> {
    for (let attempt = 0; ; attempt++) {
      const current = await this.#read()
      if (current !== undefined && current.record.epoch > lease.epoch) throw this.#fencedOut(current.record)
      if (current?.record.epoch === lease.epoch && current.record.owner === lease.owner) {
        return { epoch: lease.epoch, owner: lease.owner, token: current.oid }
      }
      if (current?.record.epoch === lease.epoch) throw this.#fencedOut(current.record)
      const record: FenceRecord = { epoch: lease.epoch, owner: lease.owner, nonce: randomUUID() }
      const oid = await this.#repository.writeBlob(Buffer.from(JSON.stringify(record)))
      await this.#repository.syncObjects()
      try {
        await this.#repository.updateRefs([{ kind: 'update', ref: this.ref, new: oid, old: current?.oid ?? null }], {
          message: `patchlane: epoch ${lease.epoch}`,
        })
        return { epoch: lease.epoch, owner: lease.owner, token: oid }
      } catch (thrown) {
        const code = PatchlaneError.is(thrown) ? thrown.code : ''
        if (attempt >= 50 || (code !== 'GIT_REF_MOVED' && code !== 'GIT_REF_LOCKED')) throw thrown
        if (code === 'GIT_REF_LOCKED') await this.#waitOrUnlock()
      }
    }
  }

  /** @throws {FencedOutError} unless the fence still is as this take-over left it. */
  async verify(fence: Fence): Promise<void> {
    const current = await this.#read()
    if (current?.oid !== fence.token) throw this.#fencedOut(current?.record)
  }

  #fencedOut(record: FenceRecord | undefined): FencedOutError {
    const by = record === undefined ? 'its fence is gone' : `${record.owner} took over with epoch ${record.epoch}`
    return new FencedOutError(this.#target, by)
  }

  async #read(): Promise<{ oid: ObjectId; record: FenceRecord } | undefined> {
    const info = await this.#repository.objectInfo(this.ref)
    if (info === undefined) return undefined
    const text = (await this.#repository.readBlob(info.oid)).toString('utf8')
    return { oid: info.oid, record: recordSchema.parse(JSON.parse(text)) }
  }

  async #waitOrUnlock(): Promise<void> {
    const lock = join(this.#repository.commonDir, `${this.ref}.lock`)
    const age = await stat(lock).then(
      (info) => Date.now() - info.mtimeMs,
      () => 0,
    )
    if (age > DEAD_LOCK_MS) await removeFile(lock)
    else await sleep(100)
  }
}
