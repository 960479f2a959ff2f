import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gitEnvironment } from '@patchlane/git'
import { type ProcessResult, runProcess } from '@patchlane/process'
import { LineMergeError } from './errors.ts'
import type { MergeLabels } from './merge-input.ts'

export interface LineMergeRequest {
  readonly path: string
  readonly base: Uint8Array
  readonly ours: Uint8Array
  readonly theirs: Uint8Array
  /** `merge` shows both sides; `diff3` and `zdiff3` the base as well. */
  readonly style: 'merge' | 'diff3' | 'zdiff3'
  readonly labels: MergeLabels
  /** @default 7 */
  readonly markerSize?: number
  /** `ours`, `theirs` or `union` decide conflicts instead of marking them. */
  readonly favor?: 'ours' | 'theirs' | 'union'
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

export type LineMergeAnswer =
  | { readonly kind: 'merged'; readonly content: Uint8Array; readonly conflicts: number }
  | { readonly kind: 'binary' }
  | { readonly kind: 'too-slow' }

const MAX_OUTPUT_BYTES = 1 << 30

/**
 * git's three-way line merge of three contents, by `git merge-file` on temporary files that only this user can read.
 * @throws {LineMergeError} when git fails for another reason than what the files hold.
 */
export async function lineMerge(request: LineMergeRequest): Promise<LineMergeAnswer> {
  const folder = await mkdtemp(join(tmpdir(), 'patchlane-merge-'))
  try {
    const [ours, base, theirs] = [join(folder, 'ours'), join(folder, 'base'), join(folder, 'theirs')]
    await Promise.all([writeFile(ours, request.ours), writeFile(base, request.base), writeFile(theirs, request.theirs)])
    const { labels, style } = request
    const result = await run(
      [
        'merge-file',
        '-p',
        ...(style === 'merge' ? [] : [`--${style}`]),
        ...(request.favor === undefined ? [] : [`--${request.favor}`]),
        `--marker-size=${request.markerSize ?? 7}`,
        ...[labels.ours, labels.base, labels.theirs].flatMap((label) => ['-L', label]),
        ours,
        base,
        theirs,
      ],
      folder,
      request,
    )
    if (result.timedOut || result.aborted) return { kind: 'too-slow' }
    if (result.truncated) throw new LineMergeError(request.path, 'the result is larger than can be held')
    // 0 to 127 count conflicts; above stands for an error, and a binary input is one.
    if (result.exitCode === 255 && /binary/i.test(result.stderr)) return { kind: 'binary' }
    if (result.exitCode === null || result.exitCode > 127) throw new LineMergeError(request.path, result.stderr.trim())
    return { kind: 'merged', content: new Uint8Array(result.stdoutBytes), conflicts: result.exitCode }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function run(args: string[], cwd: string, request: LineMergeRequest): Promise<ProcessResult> {
  try {
    return await runProcess({
      file: 'git',
      args,
      cwd,
      env: gitEnvironment(),
      timeoutMs: request.timeoutMs,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    })
  } catch (cause) {
    throw new LineMergeError(request.path, 'git could not be started', cause)
  }
}
