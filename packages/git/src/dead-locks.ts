import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { lstat, readdir, readFile, readlink, unlink } from 'node:fs/promises'
import { basename, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runProcess } from '@patchlane/process'

/** git commands that live long without holding a lock for longer than moments: readers, and transactions that wait for their word. */
const harmless = ['cat-file', 'update-ref']

export interface DeadLockRequest {
  /** Lock files, whether they exist or not. */
  locks: readonly string[]
  /** The folders of the repository: its git folder, and the worktrees that a git command may run in. */
  directories: readonly string[]
  /** Locks older than this (UTC, milliseconds) belong to somebody else and stay. @default 0 */
  since?: number
  /** How long a lock must stand unchanged with no git at work. @default 2_000 */
  settleMs?: number
  /** How long living git processes are waited for. @default 10_000 */
  waitMs?: number
}

/**
 * Removes lock files whose makers are dead. git's locks do not say whose they are, so one counts as dead when the same file stands there
 * for a while although no git process is at work in the repository: a `git commit` whose editor is open is at work.
 *
 * @returns the locks that are still there: somebody living holds them, or this system does not tell.
 */
export async function removeDeadLocks(request: DeadLockRequest): Promise<string[]> {
  const deadline = Date.now() + (request.waitMs ?? 10_000)
  const settleMs = request.settleMs ?? 2_000
  const seen = new Map<string, { inode: bigint; quietSince: number }>()
  for (;;) {
    const standing = await standingLocks(request)
    if (standing.size === 0) return []
    const quiet = !(await isGitAtWork(request.directories))
    const now = Date.now()
    for (const [path, inode] of standing) {
      const known = seen.get(path)
      if (!quiet || known?.inode !== inode) seen.set(path, { inode, quietSince: now })
      else if (now - known.quietSince >= settleMs) await unlink(path).catch(() => undefined)
    }
    if (!quiet && now > deadline) return [...standing.keys()]
    await sleep(Math.min(100, settleMs))
  }
}

async function standingLocks({ locks, since = 0 }: DeadLockRequest): Promise<Map<string, bigint>> {
  const standing = new Map<string, bigint>()
  for (const path of locks) {
    const found = await lstat(path, { bigint: true }).catch(() => undefined)
    if (found !== undefined && Number(found.mtimeMs) >= since) standing.set(path, found.ino)
  }
  return standing
}

/** When each process was first seen not to be git, in milliseconds of this process. */
const otherPrograms = new Map<string, number>()
/** A process that has just been started may yet become git, and a pid may be given anew. */
const [SETTLED_MS, TRUSTED_MS] = [2_000, 60_000]

/**
 * The git commands at work in these folders that may hold locks or be about to take one. Quick enough to ask during a landing; empty
 * where only Linux could tell.
 */
export function gitsAtWork(directories: readonly string[]): number[] {
  if (process.platform !== 'linux') return []
  const now = performance.now()
  const found = readdirSync('/proc').filter((pid) => /^\d/.test(pid) && !isKnownOther(pid, now))
  const gits = found.filter((pid) => {
    const isGit = /^git\b/.test(readNow(`/proc/${pid}/comm`))
    if (isGit) otherPrograms.delete(pid)
    else if (!otherPrograms.has(pid)) otherPrograms.set(pid, now)
    return isGit && isLockingGit(readNow(`/proc/${pid}/cmdline`).split('\0')) && isIn(pid, directories)
  })
  return gits.map(Number)
}

function isKnownOther(pid: string, now: number): boolean {
  const age = now - (otherPrograms.get(pid) ?? now)
  if (age > TRUSTED_MS) otherPrograms.delete(pid)
  return age > SETTLED_MS && age <= TRUSTED_MS
}

function isIn(pid: string, directories: readonly string[]): boolean {
  try {
    const cwd = readlinkSync(`/proc/${pid}/cwd`)
    return directories.some((folder) => cwd === folder || cwd.startsWith(folder + sep))
  } catch {
    return false
  }
}

function readNow(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

/** Whether a git command that may hold locks runs in one of these folders. Where that cannot be known: yes. */
export async function isGitAtWork(directories: readonly string[]): Promise<boolean> {
  if (process.platform === 'linux') return (await linuxGits(directories)).length > 0
  if (process.platform === 'win32') return true
  const { stdout } = await runProcess({ file: 'ps', args: ['-axo', 'args='], timeoutMs: 10_000 })
  return stdout.split('\n').some((line) => isLockingGit(line.trim().split(/\s+/)))
}

/** The processes that were started with this text in their environment: they outlive a parent that was killed. Linux only. */
export async function processesMarked(mark: string): Promise<string[]> {
  if (process.platform !== 'linux') return []
  const marked = await Promise.all(
    (await processIds()).map(async (pid) => ((await readText(`/proc/${pid}/environ`)).includes(mark) ? [pid] : [])),
  )
  return marked.flat()
}

async function linuxGits(directories: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    (await processIds()).map(async (pid) => {
      // Empty for a process that has ended and only waits to be reaped.
      const args = (await readText(`/proc/${pid}/cmdline`)).split('\0')
      if (!isLockingGit(args)) return []
      const cwd = await readlink(`/proc/${pid}/cwd`).catch((thrown: unknown) => (isGone(thrown) ? null : undefined))
      if (cwd === null) return []
      // Undefined is somebody else's, of which we may know nothing.
      if (cwd === undefined || directories.some((folder) => cwd === folder || cwd.startsWith(folder + sep)))
        return [pid]
      const words = `${args.join('\0')}\0${await readText(`/proc/${pid}/environ`)}`
      return directories.some((folder) => words.includes(folder)) ? [pid] : []
    }),
  )
  return found.flat()
}

function isGone(thrown: unknown): boolean {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return false
  return thrown.code === 'ENOENT' || thrown.code === 'ESRCH'
}

function isLockingGit(args: readonly string[]): boolean {
  return /^git(?:-|\.exe$|$)/.test(basename(args[0] ?? '')) && !args.some((word) => harmless.includes(word))
}

async function processIds(): Promise<string[]> {
  return (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'latin1').catch(() => '')
}
