import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** System calls of git that look at or change files. */
const traced = [
  ...['openat', 'read', 'pread64', 'write', 'close', 'newfstatat', 'mmap'],
  ...['rename', 'link', 'unlink', 'unlinkat', 'mkdir', 'rmdir', 'symlink', 'chmod', 'fchmod', 'ftruncate', 'fsync'],
]
/** Those that a full disk stops. */
const growing = new Set(['openat', 'write', 'rename', 'link', 'mkdir', 'symlink', 'fsync', 'ftruncate'])

export type GitFault = 'kill' | 'ENOSPC' | 'EIO'

/** One system call of one git process: the `call`-th that is started, the `nth` time it makes this call. */
export interface GitMoment {
  call: number
  syscall: string
  nth: number
}

/** Stands before git on the PATH, and has strace count its system calls or spoil one. */
export class GitFaults {
  readonly #folder: string
  readonly #path = process.env.PATH ?? ''

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async open(): Promise<GitFaults> {
    const folder = await mkdtemp(join(tmpdir(), 'patchlane-faults-'))
    const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
    const strace = `exec strace -D -f -qq -o "${folder}/calls/$n/trace" -e trace=${traced.join(',')}`
    const script = `#!/bin/sh
n=0
while ! mkdir "${folder}/calls/$n" 2>/dev/null; do n=$((n+1)); done
printf '%s ' "$@" > "${folder}/calls/$n/args"
if [ -f "${folder}/fault-$n" ]; then ${strace} -e "inject=$(cat "${folder}/fault-$n")" ${git} "$@"; fi
if [ -f "${folder}/count" ]; then ${strace} ${git} "$@"; fi
exec ${git} "$@"
`
    await writeFile(join(folder, 'git'), script)
    await chmod(join(folder, 'git'), 0o755)
    return new GitFaults(folder)
  }

  /** Every call of every git that `work` starts. */
  async count(work: () => Promise<unknown>): Promise<GitMoment[]> {
    await this.#run('count', '', work)
    const moments: GitMoment[] = []
    for (const call of (await readdir(join(this.#folder, 'calls'))).sort()) {
      const trace = await readFile(join(this.#folder, 'calls', call, 'trace'), 'utf8')
      const counts = new Map<string, number>()
      for (const [, syscall = ''] of trace.matchAll(/^\d+ +(\w+)\(/gm)) {
        const nth = (counts.get(syscall) ?? 0) + 1
        counts.set(syscall, nth)
        moments.push({ call: Number(call), syscall, nth })
      }
    }
    return moments
  }

  /** Whether this fault can happen there. */
  static fits(moment: GitMoment, fault: GitFault): boolean {
    // Dying while only looking is dying after the last change.
    if (fault === 'kill') return !['read', 'pread64', 'close', 'newfstatat', 'mmap'].includes(moment.syscall)
    return fault === 'EIO' ? moment.syscall !== 'mmap' : growing.has(moment.syscall)
  }

  /** Runs `work` with one call of one git spoilt. */
  async during(moment: GitMoment, fault: GitFault, work: () => Promise<void>): Promise<void> {
    const what = fault === 'kill' ? 'signal=KILL' : `error=${fault}`
    await this.#run(`fault-${moment.call}`, `${moment.syscall}:${what}:when=${moment.nth}`, work)
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #run(order: string, content: string, work: () => Promise<unknown>): Promise<void> {
    await rm(join(this.#folder, 'calls'), { recursive: true, force: true })
    execFileSync('mkdir', [join(this.#folder, 'calls')])
    await writeFile(join(this.#folder, order), content)
    process.env.PATH = `${this.#folder}${delimiter}${this.#path}`
    try {
      await work()
    } finally {
      process.env.PATH = this.#path
      await rm(join(this.#folder, order))
    }
  }
}
