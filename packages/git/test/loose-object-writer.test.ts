import { execFileSync } from 'node:child_process'
import { mkdtemp, open, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { objectIdSchema } from '@patchlane/kernel'
import { expect, it } from 'vitest'
import { LooseObjectWriter } from '../src/loose-object-writer.ts'

it.skipIf(process.platform === 'win32')(
  'waits for a sync that is under way, and does again what it failed to do',
  async () => {
    const objectDirectory = await mkdtemp(join(tmpdir(), 'patchlane-objects-'))
    const exists = async () => false
    const writer = new LooseObjectWriter({ objectDirectory, objectFormat: 'sha1', fsync: true, exists })
    // A folder that takes as long as wanted to open, and then cannot be synced.
    const folder = join(objectDirectory, 'ab')
    execFileSync('mkfifo', [folder])
    writer.adopt(objectIdSchema.parse(`ab${'0'.repeat(38)}`))
    const first = writer.sync()
    first.catch(() => undefined)
    let done = false
    const second = writer.sync().then(() => {
      done = true
    })
    try {
      await sleep(100)
      expect(done).toBe(false)
    } finally {
      await rename(folder, join(objectDirectory, 'aside'))
      const other = await open(join(objectDirectory, 'aside'), 'r+')
      await expect(first).rejects.toThrow()
      await second
      await other.close()
      await rm(objectDirectory, { recursive: true })
    }
  },
)
