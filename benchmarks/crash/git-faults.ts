import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { crc32 } from 'node:zlib'

/** System calls of git that look at or change files. */
const traced = [
  ...['openat', 'read', 'pread64', 'write', 'close', 'newfstatat', 'mmap'],
  ...['rename', 'link', 'unlink', 'unlinkat', 'mkdir', 'rmdir', 'symlink', 'chmod', 'fchmod', 'ftruncate', 'fsync'],
]
/** Those that a full disk stops. */
const growing = new Set(['openat', 'write', 'rename', 'link', 'mkdir', 'symlink', 'fsync', 'ftruncate'])

export type GitFault = 'kill' | 'ENOSPC' | 'EIO'

/** One system call of one git process: the `nth` time it makes this call. */
export interface GitMoment {
  /** Names a git: a sum of its arguments, and how many were started with the same before it, so that it bears the same name in the next run. */
  git: string
  /** Its arguments. */
  words: string
  syscall: string
  nth: number
  /** Whether it may change a file: not one that opens it to read. */
  changes: boolean
  /** Whether it speaks with another process, which no disk can spoil. */
  isPipe: boolean
}

function isChange(syscall: string, line: string): boolean {
  if (syscall === 'openat') return /O_CREAT|O_TRUNC/.test(line)
  return !['read', 'pread64', 'close', 'newfstatat', 'mmap'].includes(syscall)
}

function isPipe(line: string): boolean {
  return /\(\d+<(?:pipe|socket|UNIX|TCP)[:\w-]*\[/.test(line)
}

/** Whether a traced call names a file in the place, or one that is named from where git runs; not one of the system's. */
function isOurs(line: string, place: string): boolean {
  const path = /(?:AT_FDCWD(?:<[^>]*>)?, |\()"([^"]+)"/.exec(line)?.[1]
  return path !== undefined && (path.startsWith(place) || !/^\/(?:dev|etc|lib|lib64|proc|sys|usr)\//.test(path))
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
    const strace = `exec strace -D -f -q -y -o "$call/trace" -e trace=${traced.join(',')}`
    // Only what the shell can do itself: a process more for each git would be dear.
    const script = `#!/bin/sh
claim() {
  n=0
  while ! mkdir "$1-$n" 2>/dev/null; do n=$((n+1)); done
  call="$1-$n"
}
if [ -f "${folder}/fault" ]; then
  { IFS= read -r words; read -r nth; read -r fault; } < "${folder}/fault"
  if [ "$*" = "$words" ]; then
    claim "${folder}/calls/git"
    if [ "$n" = "$nth" ]; then ${strace} -e "inject=$fault" ${git} "$@"; fi
  fi
elif [ -f "${folder}/count" ]; then
  claim "${folder}/calls/$(printf '%s' "$*" | cksum | cut -d' ' -f1)"
  printf '%s' "$*" > "$call/words"
  ${strace} ${git} "$@"
fi
exec ${git} "$@"
`
    await writeFile(join(folder, 'git'), script)
    await chmod(join(folder, 'git'), 0o755)
    return new GitFaults(folder)
  }

  /**
   * The calls of every git that `work` starts and waits for. Of those before a git first names something in the place, only the first: whichever
   * of its libraries cannot be read, git does not start.
   */
  async count(place: string, work: () => Promise<unknown>): Promise<GitMoment[]> {
    await this.#run('count', '', work)
    const moments: GitMoment[] = []
    for (const call of (await readdir(join(this.#folder, 'calls'))).sort()) {
      const words = await readFile(join(this.#folder, 'calls', call, 'words'), 'utf8')
      // Without the name of the place, so that a later run finds the same git under the same name.
      const git = `${crc32(words.replaceAll(place, ''))}-${call.slice(call.lastIndexOf('-') + 1)}`
      const counts = new Map<string, number>()
      let isStarted = false
      for (const [line, syscall = ''] of (await this.#trace(call)).matchAll(/^\d+ +(\w+)\(.*$/gm)) {
        const nth = (counts.get(syscall) ?? 0) + 1
        counts.set(syscall, nth)
        isStarted ||= isOurs(line, place)
        if (isStarted || (syscall === 'openat' && nth === 1))
          moments.push({ git, words, syscall, nth, changes: isChange(syscall, line), isPipe: isPipe(line) })
      }
    }
    return moments
  }

  /** Whether this fault can happen there. */
  static fits(moment: GitMoment, fault: GitFault): boolean {
    // Dying while only looking is dying after the last change.
    if (fault === 'kill') return moment.changes
    if (moment.isPipe) return false
    return fault === 'EIO' ? moment.syscall !== 'mmap' : moment.changes && growing.has(moment.syscall)
  }

  /** Runs `work` with one call of one git spoilt. @returns whether that call was made. */
  async during(moment: GitMoment, fault: GitFault, work: () => Promise<unknown>): Promise<boolean> {
    const what = fault === 'kill' ? 'signal=KILL' : `error=${fault}`
    const earlier = moment.git.slice(moment.git.lastIndexOf('-') + 1)
    await this.#run('fault', `${moment.words}\n${earlier}\n${moment.syscall}:${what}:when=${moment.nth}\n`, work)
    const file = join(this.#folder, 'calls', `git-${earlier}`, 'trace')
    const trace = await readFile(file, 'utf8').catch(() => '')
    return fault === 'kill' ? trace.includes('killed by SIGKILL') : trace.includes('(INJECTED)')
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** What strace wrote, once it has seen the end. One that was itself ended with its git has written nothing more for long. */
  async #trace(git: string): Promise<string> {
    const patience = performance.now() + 3_000
    for (;;) {
      const trace = await readFile(join(this.#folder, 'calls', git, 'trace'), 'utf8').catch(() => '')
      if (/\+\+\+ (?:exited|killed)/.test(trace) || performance.now() > patience) return trace
      await sleep(5)
    }
  }

  async #run(order: string, content: string, work: () => Promise<unknown>): Promise<void> {
    await rm(join(this.#folder, 'calls'), { recursive: true, force: true })
    await mkdir(join(this.#folder, 'calls'))
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
