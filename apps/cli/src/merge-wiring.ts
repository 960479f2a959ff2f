import { UsageError } from './errors.ts'
import type { MergeCommand } from './merge-command.ts'

export const mergeFile: MergeCommand = async () => {
  throw new UsageError('merge-file is not wired.')
}
export const mergeDriver: MergeCommand = async () => {
  throw new UsageError('merge-driver is not wired.')
}
