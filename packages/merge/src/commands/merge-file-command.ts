import { readFile, stat, writeFile } from 'node:fs/promises'
import { devNull } from 'node:os'
import { errorMessage } from '@patchlane/kernel'
import { MergeUsageError } from '../errors.ts'
import { lineMerge } from '../line-merge.ts'
import type { FileMerger } from '../merge-file.ts'
import type { MergeResult } from '../merge-input.ts'

/** A call like `git merge-file`, its files by role. */
export interface MergeFileCall {
  readonly base: string
  readonly ours: string
  readonly theirs: string
  /** Write the result to `out` instead of into the file of our side (`-p`). */
  readonly toStdout?: boolean
  /** Write a report as JSON instead of the result, with the result in it. */
  readonly json?: boolean
  /** What to call the file, where its real name tells the language and the given one does not. @default `ours` */
  readonly path?: string
  /** Up to three names for the markers (`-L`): ours, base, theirs. @default the files' names */
  readonly labels?: readonly string[]
  /** @default 'merge' */
  readonly style?: 'merge' | 'diff3' | 'zdiff3'
  readonly markerSize?: number
  readonly favor?: 'ours' | 'theirs' | 'union'
  /** No warning of conflicts (`-q`). */
  readonly quiet?: boolean
}

/** Where a command writes. */
export interface CommandOutput {
  out(bytes: Uint8Array): void
  warn(line: string): void
}

/** Exit status of `git merge-file` for what is no merge at all. */
const STATUS_ERROR = 255
const MAX_STATUS = 127
const TIMEOUT_MS = 60_000

/**
 * Behaves like `git merge-file`: the merge goes into the file of our side, or to `out`; the status is 0 for a clean merge, else
 * the number of conflicts, at most 127, and 255 when it could not be tried. What git merges, is git's bytes; what it cannot, the
 * strategies try; what is left, has git's own markers.
 */
export async function runMergeFile(call: MergeFileCall, merger: FileMerger, output: CommandOutput): Promise<number> {
  try {
    const [base, ours, theirs] = await Promise.all([readInput(call.base), readInput(call.ours), readInput(call.theirs)])
    const result = await merger.merge({ path: call.path ?? call.ours, base, ours, theirs })
    if (result.conflictKind === 'binary')
      throw new MergeUsageError(`Cannot merge binary files: ${call.ours}`, 'Choose one side.')
    const { bytes, conflicts } = result.clean
      ? { bytes: result.content, conflicts: 0 }
      : await marked(call, { base, ours, theirs }, result)
    if (call.json === true) output.out(report(call, result, conflicts, bytes))
    else if (call.toStdout === true) output.out(bytes)
    if (call.toStdout !== true && call.json !== true) await writeFile(call.ours, bytes)
    if (conflicts > 0 && call.quiet !== true)
      output.warn(`warning: conflicts during merge of ${call.path ?? call.ours}`)
    return Math.min(conflicts, MAX_STATUS)
  } catch (thrown) {
    output.warn(`error: ${errorMessage(thrown)}`)
    return STATUS_ERROR
  }
}

async function readInput(path: string): Promise<Uint8Array> {
  try {
    // Where a version does not exist, git is given the null device.
    if (path === devNull) return new Uint8Array()
    if (!(await stat(path)).isFile()) throw new MergeUsageError(`${path} is not a file.`, 'Name three files.')
    return new Uint8Array(await readFile(path))
  } catch (cause) {
    if (cause instanceof MergeUsageError) throw cause
    throw new MergeUsageError(
      `Could not read ${path}: ${errorMessage(cause)}.`,
      'Name three files that can be read.',
      cause,
    )
  }
}

interface Contents {
  readonly base: Uint8Array
  readonly ours: Uint8Array
  readonly theirs: Uint8Array
}

/** The file as git marks it, in the style asked for, or decided by `favor`. */
async function marked(
  call: MergeFileCall,
  contents: Contents,
  result: MergeResult,
): Promise<{ bytes: Uint8Array; conflicts: number }> {
  const [ours = call.ours, base = call.base, theirs = call.theirs] = call.labels ?? []
  const answer = await lineMerge({
    path: call.ours,
    ...contents,
    style: call.style ?? 'merge',
    labels: { ours, base, theirs },
    timeoutMs: TIMEOUT_MS,
    ...(call.markerSize === undefined ? {} : { markerSize: call.markerSize }),
    ...(call.favor === undefined ? {} : { favor: call.favor }),
  })
  if (answer.kind === 'merged') return { bytes: answer.content, conflicts: answer.conflicts }
  return { bytes: result.content, conflicts: Math.max(1, result.conflicts) }
}

function report(call: MergeFileCall, result: MergeResult, conflicts: number, bytes: Uint8Array): Uint8Array {
  const { clean, strategy, notes, needsReview, confidence } = result
  const merged = Buffer.from(bytes).toString('utf8')
  const line = { path: call.path ?? call.ours, clean, conflicts, strategy, needsReview, confidence, notes, merged }
  return new TextEncoder().encode(`${JSON.stringify(line)}\n`)
}
