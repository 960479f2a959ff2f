import type { OutputStream } from './io/cli-io.ts'

/** What a merge command may touch: the files it names, and these streams. */
export interface MergeCommandIo {
  cwd: string
  readStdin(): Promise<Uint8Array>
  stdout: Pick<OutputStream, 'write'>
  stderr: Pick<OutputStream, 'write'>
  signal: AbortSignal
}

/** A command with a parser of its own, as `git merge-file` is; the result is the exit status. */
export type MergeCommand = (words: readonly string[], io: MergeCommandIo) => Promise<number>
