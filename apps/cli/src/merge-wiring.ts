import type { MergeCommand } from './merge-command.ts'

export const mergeFile: MergeCommand = async () => {
  const { UsageError } = await import('./errors.ts')
  throw new UsageError('merge-file is not wired.')
}
export const mergeDriver: MergeCommand = async () => {
  const { UsageError } = await import('./errors.ts')
  throw new UsageError('merge-driver is not wired.')
}
