import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('waits for the end of a renewal, also where nothing else keeps the process alive', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'patchlane-lease-'))
  const program = join(import.meta.dirname, 'programs', 'stop-lease.ts')
  const args = ['--conditions=@patchlane/source', program, join(directory, 'a.db')]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout).toBe('stopped\n')
  await rm(directory, { recursive: true, force: true })
})
