import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { openPipeline, type PatchlaneConfigInput, type Pipeline } from '../../src/index.ts'

const run = promisify(execFile)

/** Checks that have nothing to do in a repository without tools; saves looking for them. */
export const noChecks = {
  format: 'off',
  lint: 'off',
  hooks: 'off',
  diagnostics: 'off',
  tests: 'off',
} as const satisfies PatchlaneConfigInput['checks']

const person = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false']
const plainGit = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }

/** A real repository in the temp folder, with everything around it (workspaces, agents' programs, marks) beside it. */
export class ThrowawayRepository {
  /** Holds the checkout and all else; outside of any repository. */
  readonly root: string
  /** The checkout. */
  readonly directory: string
  readonly #open: Pipeline[] = []

  private constructor(root: string) {
    this.root = root
    this.directory = join(root, 'repo')
  }

  static async create(files: Readonly<Record<string, string>>): Promise<ThrowawayRepository> {
    const repository = new ThrowawayRepository(await realpath(await mkdtemp(join(tmpdir(), 'patchlane-acceptance-'))))
    await mkdir(repository.directory)
    await repository.git('init', '--quiet', '--initial-branch=main')
    await repository.git('config', 'user.name', 'Test')
    await repository.git('config', 'user.email', 'test@example.com')
    await repository.commit('first', files)
    return repository
  }

  async git(...args: string[]): Promise<string> {
    return this.gitIn(this.directory, ...args)
  }

  async gitIn(directory: string, ...args: string[]): Promise<string> {
    const { stdout } = await run('git', [...person, ...args], {
      cwd: directory,
      env: { ...process.env, ...plainGit },
      maxBuffer: 64_000_000,
    })
    return stdout.trimEnd()
  }

  /** Relative to the checkout. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.directory, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, content)
    }
  }

  /** @returns the new commit. */
  async commit(message: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
    await this.write(files)
    await this.git('add', '--all')
    await this.git('commit', '--quiet', '--allow-empty', '-m', message)
    return this.git('rev-parse', 'HEAD')
  }

  /** A program or a folder beside the checkout. */
  path(name: string): string {
    return join(this.root, name)
  }

  /** A file beside the checkout. */
  async writeBeside(name: string, content: string): Promise<void> {
    await writeFile(this.path(name), content)
  }

  /** Writes a program for Node beside the checkout. @returns the command that starts it. */
  async program(name: string, source: string): Promise<string[]> {
    const file = this.path(`${name}.mjs`)
    await writeFile(file, source)
    return [process.execPath, file]
  }

  /** Without checks unless asked for; all that is kept lies in the throw-away folder. */
  async open(overrides: PatchlaneConfigInput = {}, directory = this.directory): Promise<Pipeline> {
    const { workspaces, checks, ...rest } = overrides
    const pipeline = await openPipeline({
      directory,
      overrides: {
        checks: { ...noChecks, ...checks },
        workspaces: { root: this.path('workspaces'), ...workspaces },
        ...rest,
      },
    })
    this.#open.push(pipeline)
    return pipeline
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#open.map((pipeline) => pipeline.close()))
    await rm(this.root, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** A git diff that replaces one line by another, as agents send them. */
export function lineDiff(path: string, before: readonly string[], line: number, text: string): string {
  const from = Math.max(0, line - 3)
  const shown = before.slice(from, line + 2)
  const body = shown.flatMap((old, index) => (from + index === line - 1 ? [`-${old}`, `+${text}`] : [` ${old}`]))
  const hunk = `@@ -${from + 1},${shown.length} +${from + 1},${shown.length} @@`
  return [`diff --git a/${path} b/${path}`, `--- a/${path}`, `+++ b/${path}`, hunk, ...body, ''].join('\n')
}

/** A git diff that adds a file. */
export function newFileDiff(path: string, lines: readonly string[]): string {
  return [
    `diff --git a/${path} b/${path}`,
    'new file mode 100644',
    '--- /dev/null',
    `+++ b/${path}`,
    `@@ -0,0 +1,${lines.length} @@`,
    ...lines.map((line) => `+${line}`),
    '',
  ].join('\n')
}
