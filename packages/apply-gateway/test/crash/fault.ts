import childProcess from 'node:child_process'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

export type Fault = 'kill' | 'ENOSPC' | 'EIO'

const calls = ['open', 'rename', 'link', 'unlink', 'writeFile', 'appendFile', 'mkdir', 'rmdir', 'rm'] as const
let counter = 0
let failAt = Number.POSITIVE_INFINITY
let fault: Fault = 'kill'

/** From now on the `at`-th call that changes a file or starts a process goes wrong. */
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

function step(name: string): void {
  counter++
  if (counter !== failAt) return
  if (fault === 'kill') process.kill(process.pid, 'SIGKILL')
  throw Object.assign(new Error(`${fault}: injected in ${name}`), { code: fault })
}

/** Wraps the calls; must run before anything imports them. */
export function instrument(): void {
  for (const name of calls) {
    const original = fs.promises[name] as (...args: unknown[]) => Promise<unknown>
    Object.assign(fs.promises, {
      [name]: async (...args: unknown[]) => {
        if (name !== 'open' || args[1] !== 'r') step(name)
        return original(...args)
      },
    })
  }
  const spawn = childProcess.spawn as (...args: unknown[]) => unknown
  Object.assign(childProcess, {
    spawn: (...args: unknown[]) => {
      step('spawn')
      return spawn(...args)
    },
  })
  syncBuiltinESMExports()
}
