import { type ObjectId, objectIdSchema } from '@patchlane/kernel'
import { readTrailers } from './commit-object.ts'

export interface LogEntry {
  commit: ObjectId
  tree: ObjectId
  parents: ObjectId[]
  author: { name: string; email: string; at: number }
  committedAt: number
  subject: string
  message: string
  trailers: Map<string, string[]>
}

export const LOG_FORMAT = '%H%x1f%T%x1f%P%x1f%an%x1f%ae%x1f%at%x1f%ct%x1f%B'

/** Reads `git log -z --format=LOG_FORMAT`. */
export function parseLog(stdout: string): LogEntry[] {
  return stdout
    .split('\0')
    .filter((record) => record !== '')
    .map((record) => {
      const [commit, tree, parents = '', name = '', email = '', at, committed, ...rest] = record.split('\x1f')
      const message = rest.join('\x1f')
      return {
        commit: objectIdSchema.parse(commit),
        tree: objectIdSchema.parse(tree),
        parents: parents
          .split(' ')
          .filter((parent) => parent !== '')
          .map((parent) => objectIdSchema.parse(parent)),
        author: { name, email, at: Number(at) * 1000 },
        committedAt: Number(committed) * 1000,
        subject: message.split('\n', 1)[0] ?? '',
        message,
        trailers: readTrailers(message),
      }
    })
}
