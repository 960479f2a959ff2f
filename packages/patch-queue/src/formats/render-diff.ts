import type { FileChange, FileVersion } from '@patchlane/kernel'
import { structuredPatch } from 'diff'
import { encodeBinary } from './binary-patch.ts'
import { splitLines } from './byte-text.ts'
import { quotePath } from './patch-path.ts'

export interface RenderDiffOptions {
  /** Unchanged lines around each change. @default 3 */
  context?: number
}

/** Past this time a file is shown as wholly replaced instead of compared further. */
const COMPARE_MS = 2_000

/**
 * The changes as a git diff, with full blob ids; `git apply` takes it, and `parsePatch` gives the same changes back, to the
 * byte. Content that is not UTF-8 text is written as a binary patch.
 */
export function renderDiff(changes: readonly FileChange[], options: RenderDiffOptions = {}): string {
  return changes.map((change) => renderChange(change, options.context ?? 3)).join('')
}

function renderChange(change: FileChange, context: number): string {
  const from = change.kind === 'rename' ? change.from : change.path
  const before = change.kind === 'create' ? null : change.before
  const after = change.kind === 'delete' ? null : change.after
  const head = [`diff --git ${quotePath(`a/${from}`)} ${quotePath(`b/${change.path}`)}`]
  if (before === null && after !== null) head.push(`new file mode ${after.mode}`)
  else if (before !== null && after === null) head.push(`deleted file mode ${before.mode}`)
  else if (before !== null && after !== null && before.mode !== after.mode) {
    head.push(`old mode ${before.mode}`, `new mode ${after.mode}`)
  }
  if (change.kind === 'rename') {
    head.push(`similarity index ${before?.oid === after?.oid ? 100 : 50}%`)
    head.push(`rename from ${quotePath(from)}`, `rename to ${quotePath(change.path)}`)
  }
  if (before?.oid === after?.oid) return `${head.join('\n')}\n`
  const zero = '0'.repeat((before ?? after)?.oid.length ?? 40)
  const mode = before !== null && after !== null && before.mode === after.mode ? ` ${before.mode}` : ''
  head.push(`index ${before?.oid ?? zero}..${after?.oid ?? zero}${mode}`)
  return `${head.join('\n')}\n${body(from, change.path, before, after, context)}`
}

function body(
  from: string,
  path: string,
  before: FileVersion | null,
  after: FileVersion | null,
  context: number,
): string {
  const oldText = textOf(before)
  const newText = textOf(after)
  if (oldText === undefined || newText === undefined) {
    const content = (version: FileVersion | null) => encodeBinary(version?.content ?? new Uint8Array())
    return `GIT binary patch\n${content(after)}\n${content(before)}\n`
  }
  if (oldText === newText) return ''
  return `--- ${before === null ? '/dev/null' : named('a/', from)}\n+++ ${after === null ? '/dev/null' : named('b/', path)}\n${hunksOf(oldText, newText, context)}`
}

/** git puts a tab behind names with blanks, so that they end where they should. */
function named(prefix: string, path: string): string {
  return quotePath(prefix + path) + (path.includes(' ') ? '\t' : '')
}

function hunksOf(before: string, after: string, context: number): string {
  const patch = structuredPatch('', '', before, after, '', '', { context, timeout: COMPARE_MS })
  if (patch === undefined) return replacedHunk(before, after)
  return patch.hunks
    .map((hunk) => {
      const range = (start: number, count: number) => (count === 1 ? `${start}` : `${start},${count}`)
      const head = `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`
      return `${[head, ...hunk.lines].join('\n')}\n`
    })
    .join('')
}

function replacedHunk(before: string, after: string): string {
  const oldLines = splitLines(before)
  const newLines = splitLines(after)
  const show = (op: string) => (line: string) =>
    line.endsWith('\n') ? op + line : `${op}${line}\n\\ No newline at end of file\n`
  const range = (count: number) => `${count === 0 ? 0 : 1},${count}`
  const lines = [...oldLines.map(show('-')), ...newLines.map(show('+'))]
  return `@@ -${range(oldLines.length)} +${range(newLines.length)} @@\n${lines.join('')}`
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The content as text; `undefined` where it is binary: with a NUL byte, or not valid UTF-8. */
function textOf(version: FileVersion | null): string | undefined {
  if (version === null) return ''
  if (version.content.includes(0)) return undefined
  try {
    return decoder.decode(version.content)
  } catch {
    return undefined
  }
}
