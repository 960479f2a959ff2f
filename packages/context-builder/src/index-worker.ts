import { prepareAnalysis, serveWorker } from '@patchlane/syntax'
import { OpenSegment } from './build-segment.ts'
import type { IndexTask } from './index-task.ts'

const segment = new OpenSegment()

/** Messages come from the same program: there is nothing to validate but which of them it is. */
function isTask(message: unknown): message is IndexTask {
  return (
    typeof message === 'object' &&
    message !== null &&
    ('blobs' in message || 'prepare' in message || 'finish' in message)
  )
}

serveWorker(async (message) => {
  if (!isTask(message)) throw new TypeError('This is no task of the index.')
  if ('prepare' in message) for (const language of message.prepare) await prepareAnalysis(language)
  if ('blobs' in message) await segment.add(message.blobs)
  const bytes = 'finish' in message || segment.isLarge ? segment.take() : null
  return { value: bytes, transfer: bytes === null ? [] : [bytes.buffer] }
})
