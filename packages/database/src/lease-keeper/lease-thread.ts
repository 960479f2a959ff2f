import { parentPort, workerData } from 'node:worker_threads'
import { errorMessage } from '@patchlane/kernel'
import { LeaseTable } from '../lease-table.ts'
import { openDatabase } from '../open-database.ts'
import { LeaseRenewals } from './lease-renewals.ts'
import { orderSchema, type Report, threadDataSchema } from './lease-thread-protocol.ts'

/** The body of the thread that renews leases on a connection of its own, whatever the thread that works under them is busy with. */
const { store, pulse, maxBlockedMs } = threadDataSchema.parse(workerData)
const beats = new Int32Array(pulse)
let seen = Atomics.load(beats, 0)
let seenAt = performance.now()

/** Whether the main thread's event loop has turned lately. */
function holderWorks(): boolean {
  const now = Atomics.load(beats, 0)
  if (now !== seen) {
    seen = now
    seenAt = performance.now()
  }
  return performance.now() - seenAt < maxBlockedMs
}

const database = await openDatabase({ ...store, migrate: false })
const renewals = new LeaseRenewals(new LeaseTable(database), holderWorks)
const stops = new Map<number, () => Promise<void>>()
const say = (report: Report) => parentPort?.postMessage(report)

parentPort?.on('message', async (message: unknown) => {
  const order = orderSchema.parse(message)
  if (order.type === 'keep')
    stops.set(
      order.id,
      renewals.keep(
        order.lease,
        order.ttlMs,
        (reason) => say({ type: 'lost', id: order.id, reason: reason === undefined ? null : errorMessage(reason) }),
        () => say({ type: 'renewed', id: order.id }),
      ),
    )
  else if (order.type === 'stop') {
    await stops.get(order.id)?.()
    stops.delete(order.id)
  } else {
    await renewals.close()
    await database.close()
    parentPort?.close()
  }
})
say({ type: 'ready' })
