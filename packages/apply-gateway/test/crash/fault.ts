import childProcess from 'node:child_process'
import fs from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

export type Fault = 'kill' | 'ENOSPC' | 'EIO'

const writing = ['rename', 'link', 'unlink', 'writeFile', 'appendFile', 'mkdir', 'rmdir', 'rm', 'symlink'] as const
const reading = ['lstat', 'stat', 'readFile', 'readdir', 'readlink', 'realpath', 'access'] as const
const ofHandles = ['writeFile', 'write', 'sync', 'datasync', 'close'] as const
let counter = 0
let failAt = Number.POSITIVE_INFINITY
let fault: Fault = 'kill'

/** From now on the `at`-th file-system call, or start of a process, goes wrong. A full disk only stops what writes. */
export function arm(kind: Fault, at: number): void {
  counter = 0
  failAt = at
  fault = kind
}

/** How many calls there were since; nothing goes wrong any more. */
export function disarm(): number {
  failAt = Number.POSITIVE_INFINITY
  return counter
}

function step(name: string, changes: boolean): void {
  // Dying before a look is dying after the change before it.
  if (!changes && fault !== 'EIO') return
  counter++
  if (counter !== failAt) return
  if (fault === 'kill') process.kill(process.pid, 'SIGKILL')
  throw Object.assign(new Error(`${fault}: injected in ${name}`), { code: fault })
}

type Call = (...args: unknown[]) => Promise<unknown>

/** Wraps the calls; must run before anything imports them. */
export function instrument(): void {
  const wrap = (name: keyof typeof fs.promises, changes: (args: unknown[]) => boolean) => {
    const original = fs.promises[name] as Call
    const wrapped: Call = async (...args) => {
      step(name, changes(args))
      const result = await original(...args)
      if (name === 'open') wrapHandle(result as FileHandle)
      return result
    }
    Object.assign(fs.promises, { [name]: wrapped })
  }
  for (const name of writing) wrap(name, () => true)
  for (const name of reading) wrap(name, () => false)
  wrap('open', (args) => args[1] !== 'r')
  const spawn = childProcess.spawn as (...args: unknown[]) => unknown
  Object.assign(childProcess, {
    spawn: (...args: unknown[]) => {
      step('spawn', true)
      return spawn(...args)
    },
  })
  syncBuiltinESMExports()
}

function wrapHandle(handle: FileHandle): void {
  for (const name of ofHandles) {
    const original = (handle[name] as Call).bind(handle)
    const wrapped: Call = async (...args) => {
      // A handle is closed all the same, as the system does.
      if (name === 'close') await original()
      step(name, name !== 'close')
      return name === 'close' ? undefined : original(...args)
    }
    Object.assign(handle, { [name]: wrapped })
  }
}
