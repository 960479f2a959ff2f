// Takes a lock again and again, each time noting that it is alone, until it is killed: hold-lock.ts <lock> <log> <name>
import { appendFile } from 'node:fs/promises'
import { withFileLock } from '@patchlane/git'

const [lock = '', log = '', name = ''] = process.argv.slice(2)
for (;;)
  await withFileLock(lock, async () => {
    await appendFile(log, `in ${name}\n`)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5))
    await appendFile(log, `out ${name}\n`)
  })
