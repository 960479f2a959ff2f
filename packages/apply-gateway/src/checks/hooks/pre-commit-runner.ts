import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CheckReport, Finding } from '@patchlane/kernel'
import type { Check, CheckContext } from '../../check.ts'
import { ToolFailedError, ToolMissingError } from '../check-errors.ts'
import { broken, report, shorten } from '../check-report.ts'
import { runCheckTool } from '../run-check-tool.ts'
import { changedBetween, digestFiles, guardForeign, regularPaths } from '../staged-files.ts'
import type { Program } from '../tools/file-tool.ts'
import { findPythonProgram } from '../tools/find-program.ts'

export interface PreCommitOptions {
  /** Where hook environments are made once and kept: outside of every staging folder, shared by all of them. Absolute. */
  home: string
  /** @default found in the project's Python environment or on PATH */
  program?: Program
  /** When hook environments cannot be had (no network, a wrong repository): fail closed, or let the patch pass without hooks. @default 'broken' */
  whenUnavailable?: 'broken' | 'skipped'
  /** For making hook environments. @default 900_000 */
  installTimeoutMs?: number
  /** For running the hooks. @default 300_000 */
  timeoutMs?: number
  /** Hooks not to run, by id. */
  skip?: readonly string[]
  /** Added to the clean environment of hooks and installation, for example where to fetch from. */
  env?: Record<string, string>
}

const CONFIG = '.pre-commit-config.yaml'

/**
 * The hooks of pre-commit on the files of the patch. Hooks that fix something are run a second time; if nothing is left to say, the patch
 * is `fixed`. Files outside of the patch are put back.
 */
export class PreCommitRunner implements Check {
  readonly name = 'pre-commit'
  readonly kind = 'hooks' as const
  readonly #options: PreCommitOptions

  constructor(options: PreCommitOptions) {
    this.#options = options
  }

  async run(context: CheckContext): Promise<CheckReport[]> {
    const startedAt = performance.now()
    const elapsed = () => performance.now() - startedAt
    if (!existsSync(join(context.directory, CONFIG))) return []
    const paths = await regularPaths(context)
    if (paths.length === 0) return []
    try {
      const program = this.#options.program ?? findPythonProgram(context.directory, 'pre-commit')
      if (program === undefined)
        throw new ToolMissingError(
          'pre-commit',
          'Install it (pip install pre-commit), or turn hooks off in the configuration.',
        )
      const unavailable = await this.#install(context, program)
      if (unavailable !== undefined) return [this.#withoutHooks(unavailable, elapsed())]
      return [await this.#judge(context, program, paths, elapsed)]
    } catch (error) {
      const output = error instanceof ToolFailedError ? error.output : ''
      return [{ ...broken(this.name, this.kind, error, elapsed()), output }]
    }
  }

  async #judge(
    context: CheckContext,
    program: Program,
    paths: readonly string[],
    elapsed: () => number,
  ): Promise<CheckReport> {
    const before = await digestFiles(context.directory, paths)
    const foreign = new Set<string>()
    const guard = await guardForeign(context)
    const restore = async () => {
      for (const path of await guard()) foreign.add(path)
    }
    let answer = await this.#hooks(context, program, paths)
    await restore()
    if (answer.exitCode !== 0 && changedBetween(before, await digestFiles(context.directory, paths)).length > 0) {
      // A hook that rewrites a file fails by it. Whether the result is good shows when it runs again.
      answer = await this.#hooks(context, program, paths)
      await restore()
    }
    const changedPaths = changedBetween(before, await digestFiles(context.directory, paths))
    const strays = [...foreign].sort().join(', ')
    const base = { check: this.name, kind: this.kind, changedPaths, durationMs: elapsed() }
    if (answer.exitCode !== 0) {
      const findings = failedHooks(answer.output)
      const ids = findings.map((finding) => finding.rule).join(', ')
      const aside = strays === '' ? '' : `; they rewrite files outside of the patch, which were put back: ${strays}`
      return report({
        ...base,
        outcome: 'failed',
        summary: `hooks failed: ${ids || 'see the output'}${aside}`,
        findings,
        output: answer.output,
      })
    }
    if (changedPaths.length > 0)
      return report({ ...base, outcome: 'fixed', summary: `hooks rewrote ${changedPaths.join(', ')}` })
    return report({
      ...base,
      outcome: 'passed',
      summary: `hooks passed on ${paths.length} ${paths.length === 1 ? 'file' : 'files'}`,
    })
  }

  async #hooks(
    context: CheckContext,
    program: Program,
    paths: readonly string[],
  ): Promise<{ exitCode: number; output: string }> {
    const { timeoutMs } = this.#options
    const result = await runCheckTool({
      name: this.name,
      file: program.file,
      args: [...program.args, 'run', '--color=never', '--files', ...paths.map((path) => `./${path}`)],
      cwd: context.directory,
      env: this.#environment(),
      signal: context.signal,
      answers: [0, 1],
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
    return { exitCode: result.exitCode ?? -1, output: shorten(`${result.stdout}\n${result.stderr}`) }
  }

  /**
   * Makes the hook environments that the staged configuration asks for, once for each configuration. Answers with what stands in the way.
   */
  async #install(context: CheckContext, program: Program): Promise<ToolFailedError | undefined> {
    const config = await readFile(join(context.directory, CONFIG))
    const done = join(this.#options.home, 'installed', createHash('sha256').update(config).digest('hex'))
    if (existsSync(done)) return undefined
    await mkdir(dirname(done), { recursive: true })
    context.log('pre-commit: making the hook environments (once)')
    try {
      await runCheckTool({
        name: 'pre-commit install-hooks',
        file: program.file,
        args: [...program.args, 'install-hooks', '--color=never'],
        cwd: context.directory,
        env: this.#environment(),
        signal: context.signal,
        answers: [0],
        timeoutMs: this.#options.installTimeoutMs ?? 900_000,
      })
    } catch (error) {
      if (error instanceof ToolFailedError && !context.signal.aborted) return error
      throw error
    }
    await writeFile(done, '')
    return undefined
  }

  #withoutHooks(error: ToolFailedError, durationMs: number): CheckReport {
    const outcome = this.#options.whenUnavailable ?? 'broken'
    const cure = `Run \`PRE_COMMIT_HOME=${this.#options.home} pre-commit install-hooks\` in the repository once where its hooks can be fetched, or set checks.hooks to "off".`
    const summary = `The hook environments cannot be made: ${lastWords(error.output)}. ${cure}`
    return report({ check: this.name, kind: this.kind, outcome, summary, output: error.output, durationMs })
  }

  #environment(): Record<string, string> {
    const { home, skip = [], env } = this.#options
    return {
      PRE_COMMIT_HOME: home,
      PRE_COMMIT_ALLOW_NO_CONFIG: '0',
      GIT_TERMINAL_PROMPT: '0',
      ...(skip.length > 0 ? { SKIP: skip.join(',') } : {}),
      ...env,
    }
  }
}

/** pre-commit prints a block for each hook that failed: its name, `- hook id: …`, and what the hook said. */
function failedHooks(output: string): Finding[] {
  return output.split(/^(?=.+\.{3,}Failed$)/m).flatMap((block): Finding[] => {
    const id = /^- hook id: (.+)$/m.exec(block)?.[1]
    if (id === undefined) return []
    const words = block
      .split('\n')
      .filter((line, index) => index > 0 && !/^- (?:hook id|duration|exit code):/.test(line))
    const place = /^(?:\.\/)?([^\s:]+):(\d+)(?::(\d+))?:/m.exec(words.join('\n'))
    return [
      {
        severity: 'error',
        rule: id,
        message: shorten(words.join('\n')) || `${id} failed`,
        ...(place?.[1] === undefined ? {} : { path: place[1], line: Math.max(1, Number(place[2])) }),
        ...(place?.[3] === undefined ? {} : { column: Math.max(1, Number(place[3])) }),
      },
    ]
  })
}

/** The lines that say what went wrong, rather than where it was logged. */
function lastWords(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim().replace(/\.$/, ''))
    .filter((line) => line !== '')
  const telling = lines.filter((line) => /^(?:fatal|error)\b|not found|could not|no matching/i.test(line))
  return (
    [...new Set(telling.length > 0 ? telling : lines.slice(-1))].slice(0, 3).join('; ').slice(0, 500) ||
    'no reason was given'
  )
}
