/** What of a commit is checked out. */
export interface CheckoutWishes {
  /** Only these folders, with the files of their parents; everything else stays away, and as it is. @default everything */
  sparse?: readonly string[]
  /** Submodules as plain files, from the repository's own clones of them. They are there to be read: changes in them are not captured. @default false */
  submodules?: boolean
  /** The content of files of git LFS, as far as the repository's own store has it, in place of the pointers. @default false */
  largeFiles?: boolean
}
