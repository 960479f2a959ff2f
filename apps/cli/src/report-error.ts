import { errorMessage, PatchlaneError } from '@patchlane/kernel'
import { type ExitCode, exitCodeOfKind } from './exit-code.ts'
import type { CliIo } from './io/cli-io.ts'
import { type ErrorOutput, errorOutputSchema } from './output/error.ts'
import { oneLine, safeJson } from './text/sanitize.ts'
import type { Style } from './text/style.ts'

/** Says what went wrong and what to do: two lines for a person, one object for a program. Gives the exit code. */
export function reportError(
  thrown: unknown,
  options: { io: CliIo; json: boolean; verbose: boolean; style: Style },
): ExitCode {
  const { io, json, verbose, style } = options
  const report = reportOf(thrown)
  if (json) io.stdout.write(`${safeJson(errorOutputSchema.parse({ error: report }))}\n`)
  else {
    io.stderr.write(`${style.bad('error:')} ${oneLine(report.message)}\n`)
    if (report.remedy !== undefined) io.stderr.write(`${style.dim('  what to do:')} ${oneLine(report.remedy)}\n`)
  }
  if (verbose) for (const line of causesOf(thrown)) io.stderr.write(`${style.dim(line)}\n`)
  return exitCodeOfKind(report.kind)
}

function reportOf(thrown: unknown): ErrorOutput['error'] {
  if (PatchlaneError.is(thrown)) return thrown.toReport()
  return {
    code: 'CLI_UNEXPECTED',
    kind: 'failed',
    message: errorMessage(thrown),
    remedy: 'Run it again with --verbose; if it stays, report it with what that says.',
    retryable: false,
  }
}

function causesOf(thrown: unknown): string[] {
  const lines: string[] = []
  let current: unknown = thrown
  for (let depth = 0; depth < 10 && current !== undefined; depth++) {
    const error = current instanceof Error ? current : undefined
    const code = PatchlaneError.is(current) ? `${current.code} ` : ''
    lines.push(`  ${depth === 0 ? 'error' : 'caused by'}: ${code}${oneLine(errorMessage(current))}`)
    for (const frame of (error?.stack ?? '').split('\n').slice(1, 7)) lines.push(`    ${oneLine(frame)}`)
    current = error?.cause
  }
  return lines
}
