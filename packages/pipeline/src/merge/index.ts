/** The merge commands, without the rest of the pipeline: they need no repository and have to start fast. */
export { FileMerger, linesOf, mergeBatch, runMergeDriver, runMergeFile } from '@patchlane/merge'
