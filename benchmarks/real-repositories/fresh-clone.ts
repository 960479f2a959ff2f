import { spawnSync } from 'node:child_process'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Project } from './project.ts'

/** A clone of its own for one run: its git, its programs, the command under test. */
export class FreshClone {
  readonly directory: string
  readonly #stateHome: string

  constructor(source: string, directory: string, project: Project) {
    this.directory = directory
    this.#stateHome = `${directory}-state`
    must('git', ['clone', '--quiet', '--no-hardlinks', source, directory], '.')
    this.git(['checkout', '--quiet', '-B', 'main'])
    this.git(['config', 'user.name', 'Real repositories'])
    this.git(['config', 'user.email', 'real@localhost'])
    appendFileSync(join(directory, '.git', 'info', 'exclude'), `${project.ignore.join('\n')}\n`)
    for (const [program = '', ...args] of project.prepare) must(program, args, directory)
    writeFileSync(join(directory, 'patchlane.config.json'), JSON.stringify(project.config, null, 2))
    const state = this.git(['status', '--porcelain', '-uall'])
    if (state !== '') throw new Error(`The preparation left files that git sees; name them under "ignore":\n${state}`)
  }

  /** Output of git without its last line end; throws when git fails. */
  git(args: string[], input?: string): string {
    return must('git', args, this.directory, input).replace(/\n$/, '')
  }

  /** Exit status and output of git, for commands that answer by status. */
  tryGit(args: string[], input?: string): { status: number | null; stdout: string } {
    return spawnSync('git', args, { cwd: this.directory, encoding: 'utf8', input, maxBuffer })
  }

  /** Runs the command from source, so that nothing has to be built first. */
  patchlane(args: string[], show = false): { status: number | null; stdout: string } {
    const root = join(import.meta.dirname, '..', '..')
    const main = join(root, 'apps', 'cli', 'src', 'main.ts')
    return spawnSync(process.execPath, ['--conditions=@patchlane/source', main, '-C', this.directory, ...args], {
      encoding: 'utf8',
      maxBuffer,
      env: { ...process.env, XDG_STATE_HOME: this.#stateHome },
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    })
  }

  /** Whether the project's own suite passes on a commit. Bytecode of one commit is kept from the next. */
  passes(commit: string, [program = '', ...args]: readonly string[]): boolean {
    this.git(['checkout', '--quiet', '--detach', commit])
    const env = { ...process.env, CI: '1', PYTHONPYCACHEPREFIX: `${this.#stateHome}/bytecode/${commit}` }
    const result = spawnSync(program, args, { cwd: this.directory, encoding: 'utf8', env, maxBuffer })
    this.git(['checkout', '--quiet', 'main'])
    return result.status === 0
  }
}

const maxBuffer = 64_000_000

function must(program: string, args: string[], cwd: string, input?: string): string {
  const result = spawnSync(program, args, { cwd, encoding: 'utf8', input, maxBuffer })
  if (result.status === 0) return result.stdout
  throw new Error(`${program} ${args.join(' ')} ended with ${result.status}: ${result.error ?? result.stderr}`)
}
