/** A private folder of one attempt, for its agent to read. */
export interface DroppedFiles {
  /** Absolute path of the folder. */
  readonly directory: string
  /** Absolute path of one of the files. */
  path(name: string): string
  dispose(): Promise<void>
}

/**
 * Lays files ready for an agent's process: this package itself writes none.
 *
 * Every adapter guarantees: the folder is new, outside every repository and workspace, and readable by nobody but this user;
 * `dispose` removes it, and is safe to call twice.
 */
export interface FeedbackDrop {
  /** By name: plain file names, no folders. */
  open(files: Readonly<Record<string, string>>): Promise<DroppedFiles>
}
