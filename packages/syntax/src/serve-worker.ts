import { parentPort, type TransferListItem } from 'node:worker_threads'

/** The other end of a {@link WorkerPool}: called by the module that a thread runs, with what answers one message. */
export function serveWorker(
  answer: (message: unknown) => Promise<{ value: unknown; transfer?: readonly TransferListItem[] }>,
): void {
  parentPort?.on('message', (message) => {
    answer(message).then(
      ({ value, transfer }) => parentPort?.postMessage({ value }, transfer ?? []),
      (error: unknown) => parentPort?.postMessage({ error: error instanceof Error ? error : new Error(String(error)) }),
    )
  })
}
