// Takes a lease, has it renewed, and stops that when nothing else keeps the process alive: stop-lease.ts <database file>
import { setTimeout as sleep } from 'node:timers/promises'
import { LeaseTable, openDatabase } from '@patchlane/database'

const database = await openDatabase({ file: process.argv[2] ?? '' })
await database.migrate()
const lease = await new LeaseTable(database).acquire({ repoId: 'r', target: 't' }, 'owner', 3000)
if (lease === undefined) throw new Error('no lease')
const stop = database.leaseKeeper.keep(lease, 3000, () => {})
// Until the thread has taken over.
await sleep(1500)
await stop()
console.log('stopped')
await database.close()
