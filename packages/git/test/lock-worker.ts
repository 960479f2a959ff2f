// Takes a lock again and again and writes down when it comes and goes: lock-worker.ts <lock> <journal> <name> <times>
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { withFileLock } from '../src/index.ts'

const [lock = '', journal = '', name = '', times = ''] = process.argv.slice(2)
for (let n = 0; n < Number(times); n++) {
  await withFileLock(lock, async () => {
    appendFileSync(journal, `in ${name} ${n}\n`)
    await sleep(0)
    appendFileSync(journal, `out ${name} ${n}\n`)
  })
}
