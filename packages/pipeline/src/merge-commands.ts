/** The merge of single files, for commands that need no repository. A sub-path of its own: it loads none of the rest. */
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
