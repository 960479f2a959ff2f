import type { Finding } from '@patchlane/kernel'

/** A program to start: a file, or a script for node. */
export interface Program {
  file: string
  args: string[]
}

/** What a tool said about files. */
export interface ToolAnswer {
  exitCode: number
  stdout: string
  stderr: string
  /** The folder it ran in. */
  directory: string
}

/** A formatter or linter that works on a list of files, and may rewrite them. */
export interface FileTool {
  /** As people call it: `ruff format`. */
  readonly name: string
  readonly kind: 'format' | 'lint'
  handles(path: string): boolean
  /** Arguments that make it rewrite (`fix`) or only look, before the files. */
  args(fix: boolean): string[]
  /** Exit codes that are answers about the code; any other one means that the tool itself failed. */
  readonly answers: readonly number[]
  /** What is wrong with the files after it ran. Errors fail the check; the rest is passed on. @throws when the answer cannot be read. */
  read(answer: ToolAnswer): Finding[]
}
