import type { FileConflict, SettledStatus, VerdictInput } from '@patchlane/kernel'

/** Why a patch does not go on, ready to be written into its verdict. */
export interface Refusal {
  status: Exclude<SettledStatus, 'landed' | 'withdrawn'>
  code: string
  message: string
  remedy?: string
  conflicts?: FileConflict[]
}

export function refusalVerdict(refusal: Refusal, rest: Partial<VerdictInput> = {}): VerdictInput {
  return { ...rest, ...refusal }
}
