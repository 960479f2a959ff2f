import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'

const program = `
import { LeaseTable, openDatabase } from '@patchlane/database'
const database = await openDatabase({ file: process.argv[1] })
const leases = new LeaseTable(database)
const keep = async (target) => {
  const lease = await leases.acquire({ repoId: 'r', target }, 'me', 1000)
  return database.leaseKeeper.keep(lease, 1000, () => {})
}
const stop = await keep('given back')
await keep('kept')
await stop()
console.log('stopped')
if (process.argv[2] === 'close') await database.close()
console.log('done')
`

/** A program with nothing else to do waits for its leases to be given back, and then ends: the thread does not hold it. */
for (const how of ['close', 'leave'])
  it(`lets a program end that keeps leases (${how})`, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'patchlane-ends-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@patchlane/source', '--input-type=module', '-e', program, join(directory, 'a.db'), how],
      { cwd: import.meta.dirname },
    )
    expect(stdout).toBe('stopped\ndone\n')
  })
