import { join } from 'node:path'
import type { CheckKind } from '@patchlane/kernel'
import { cleanEnvironment, runProcess } from '@patchlane/process'
import type { Check } from '../check.ts'
import { broken, report, shorten } from './check-report.ts'
import { pathMatcher } from './path-matcher.ts'
import { changedBetween, digestFiles, guardForeign, regularPaths } from './staged-files.ts'

export interface CommandCheckOptions {
  name: string
  /** @default 'tests' */
  kind?: CheckKind
  /** Program and arguments; never a shell line. The argument `{files}` is replaced by the files of the patch. */
  run: readonly [string, ...string[]]
  /** Globs: the check runs only when a touched path matches one of them. @default always */
  paths?: readonly string[]
  /** Relative to the top of the tree. @default '.' */
  cwd?: string
  /** @default 600_000 */
  timeoutMs?: number
  /** @default 2_000_000 */
  maxOutputBytes?: number
  /** Added to the clean environment. */
  env?: Record<string, string>
}

/** A check of the project's own: a program that passes by exit status 0. A program that cannot be started or does not end is broken. */
export function commandCheck(options: CommandCheckOptions): Check {
  const kind = options.kind ?? 'tests'
  const { name } = options
  const matches = options.paths === undefined ? () => true : pathMatcher(options.paths)
  return {
    name,
    kind,
    async run(context) {
      if (![...context.paths, ...context.deleted].some(matches)) return []
      const startedAt = performance.now()
      const [file, ...args] = options.run
      const timeoutMs = options.timeoutMs ?? 600_000
      try {
        const paths = await regularPaths(context)
        const restore = await guardForeign(context)
        const before = await digestFiles(context.directory, paths)
        const result = await runProcess({
          file,
          args: args.flatMap((argument) =>
            argument === '{files}' ? paths.filter(matches).map((path) => `./${path}`) : argument,
          ),
          cwd: join(context.directory, options.cwd ?? '.'),
          env: cleanEnvironment({ NO_COLOR: '1', CI: 'true', ...options.env }),
          timeoutMs,
          maxOutputBytes: options.maxOutputBytes ?? 2_000_000,
          signal: context.signal,
        })
        const changedPaths = changedBetween(before, await digestFiles(context.directory, paths))
        const foreign = await restore()
        if (foreign.length > 0)
          context.log(`${name} changed files that are not the patch's; they were put back: ${foreign.join(', ')}`)
        const { durationMs } = result
        const output = shorten(`${result.stdout}\n${result.stderr}`)
        const base = { check: name, kind, durationMs, changedPaths, output }
        if (result.timedOut)
          return [report({ ...base, outcome: 'broken', summary: `${name} did not end within ${timeoutMs / 1000} s.` })]
        if (result.aborted)
          return [report({ ...base, outcome: 'broken', summary: `${name} was ended before it was done.` })]
        if (result.exitCode === 0) {
          const fixed = changedPaths.length > 0
          const summary = fixed ? `rewrote ${changedPaths.join(', ')}` : `${name} passed`
          return [report({ ...base, output: '', outcome: fixed ? 'fixed' : 'passed', summary })]
        }
        const how = result.exitCode === null ? `was ended by ${result.signal}` : `ended with status ${result.exitCode}`
        const findings = [{ severity: 'error' as const, message: output || `${name} ${how}` }]
        return [report({ ...base, outcome: 'failed', summary: `${name} ${how}: ${lastLine(output)}`, findings })]
      } catch (error) {
        return [broken(name, kind, error, performance.now() - startedAt)]
      }
    },
  }
}

function lastLine(output: string): string {
  return (output.trim().split('\n').at(-1) ?? '').slice(0, 200)
}
