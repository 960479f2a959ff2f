import type { FileMerger } from '../merge-file.ts'
import { type CommandOutput, runMergeFile } from './merge-file-command.ts'

/** What git hands a merge driver: `%O %A %B %P`, and `%L` if asked for. */
export interface MergeDriverCall {
  /** `%O`: a file with the base. */
  readonly base: string
  /** `%A`: a file with our side, which takes the result. */
  readonly ours: string
  /** `%B`: a file with their side. */
  readonly theirs: string
  /** `%P`: the file's path in the repository. */
  readonly path: string
  /** `%L`: the length of conflict markers. */
  readonly markerSize?: number
}

/**
 * Serves as a git merge driver: `patchlane merge-driver %O %A %B %P`. 0 for a clean merge; from 1 to 127 for conflicts, with the
 * marked file in place; above for an error, which git takes as "could not merge".
 */
export function runMergeDriver(call: MergeDriverCall, merger: FileMerger, output: CommandOutput): Promise<number> {
  const { base, ours, theirs, path, markerSize } = call
  return runMergeFile(
    {
      base,
      ours,
      theirs,
      path,
      labels: ['ours', 'base', 'theirs'],
      quiet: true,
      ...(markerSize === undefined ? {} : { markerSize }),
    },
    merger,
    output,
  )
}
