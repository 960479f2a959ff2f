/** The merge commands, without the rest of the pipeline: they need no repository and have to start fast. */
export {
  type CommandOutput,
  FileMerger,
  linesOf,
  type MergeDriverCall,
  type MergeFileCall,
  mergeBatch,
  runMergeDriver,
  runMergeFile,
} from '@patchlane/merge'
