import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { runProcess } from './run-process.ts'

/**
 * A process that cannot be mistaken for another: pids are used again, also after a restart, so its start time and the machine's
 * boot are part of its name. Fit for writing into a journal.
 */
export const processIdentitySchema = z.object({
  pid: z.number().int().positive(),
  /** Clock ticks since boot on Linux, the start date elsewhere. */
  startTime: z.string(),
  bootId: z.string(),
})
export type ProcessIdentity = z.infer<typeof processIdentitySchema>

let boot: Promise<string> | undefined

function bootId(): Promise<string> {
  boot ??= readBootId()
  return boot
}

async function readBootId(): Promise<string> {
  if (process.platform === 'linux') return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  if (process.platform === 'win32') return 'windows'
  const result = await runProcess({ file: 'sysctl', args: ['-n', 'kern.boottime'], timeoutMs: 5_000 })
  return result.stdout.trim()
}

/** When a process started; undefined if there is no such process or it has ended and only waits to be reaped. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
    // The command's name, in parentheses, can hold blanks and parentheses itself.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  }
  if (process.platform === 'win32') return canSignal(pid) ? '' : undefined
  const result = await runProcess({ file: 'ps', args: ['-o', 'lstart=', '-p', String(pid)], timeoutMs: 5_000 })
  const line = result.stdout.trim()
  return line === '' ? undefined : line
}

function canSignal(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The identity of a running process; undefined if there is none with this pid. */
export async function identityOf(pid: number = process.pid): Promise<ProcessIdentity | undefined> {
  const startTime = await startTimeOf(pid)
  return startTime === undefined ? undefined : { pid, startTime, bootId: await bootId() }
}

/** Whether exactly this process still runs, on this boot of this machine. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  if (identity.bootId !== (await bootId())) return false
  return (await startTimeOf(identity.pid)) === identity.startTime
}
