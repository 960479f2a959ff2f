import { AsyncLocalStorage } from 'node:async_hooks'
import childProcess, { type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

/** `vanish` is a kill of one life in this process: see {@link liveUntil}. */
export type Fault = 'kill' | 'vanish' | 'ENOSPC' | 'EIO'

const writing = ['rename', 'link', 'unlink', 'writeFile', 'appendFile', 'mkdir', 'rmdir', 'rm', 'symlink'] as const
const reading = ['lstat', 'stat', 'readFile', 'readdir', 'readlink', 'realpath', 'access'] as const
const ofHandles = ['writeFile', 'write', 'sync', 'datasync', 'close'] as const
let counter = 0
let isArmed = false
let made: { path: string; counted: boolean }[] = []
let failAt = Number.POSITIVE_INFINITY
let fault: Fault = 'kill'

interface Life {
  isOver: boolean
  children: ChildProcess[]
  closeHandles: (() => Promise<unknown>)[]
  end(): void
}
const lives = new AsyncLocalStorage<Life>()
/** What a dead process waits for. */
const forever = () => new Promise<never>(() => undefined)

/**
 * Does work as a process of its own would that is killed at its `at`-th call: from there on nothing more of it happens, and the processes
 * that it has started lose their streams. A fifth of the price of a process.
 *
 * @returns how many calls there were; undefined when it was killed.
 */
export async function liveUntil(at: number, work: () => Promise<unknown>): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const life: Life = { isOver: false, children: [], closeHandles: [], end: () => resolve(undefined) }
  arm('vanish', at)
  return lives.run(life, () => Promise.race([promise, work().then(disarm)]))
}

function endLife(): void {
  const life = lives.getStore()
  if (life === undefined) return
  life.isOver = true
  for (const child of life.children) for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
  for (const close of life.closeHandles) close().catch(() => undefined)
  life.end()
}

/** From now on the `at`-th file-system call, or start of a process, goes wrong. A full disk only stops what writes. */
export function arm(kind: Fault, at: number): void {
  counter = 0
  made = []
  isArmed = true
  failAt = at
  fault = kind
}

/** How many calls there were since; nothing goes wrong any more. */
export function disarm(): number {
  failAt = Number.POSITIVE_INFINITY
  isArmed = false
  return counter
}

/** How many calls were counted before the first on a path that has this in its name; undefined if there was none. */
export function countedBefore(part: string): number | undefined {
  const first = made.findIndex(({ path }) => path.includes(part))
  return first < 0 ? undefined : made.slice(0, first).filter(({ counted }) => counted).length
}

/** False when whoever calls is dead. */
function step(name: string, changes: boolean, path: unknown = ''): boolean {
  if (lives.getStore()?.isOver === true) return false
  // Dying before a look is dying after the change before it.
  const counted = changes || fault === 'EIO'
  if (isArmed) made.push({ path: String(path), counted })
  if (!counted) return true
  counter++
  if (counter !== failAt) return true
  if (fault === 'kill') process.kill(process.pid, 'SIGKILL')
  if (fault !== 'vanish') throw Object.assign(new Error(`${fault}: injected in ${name}`), { code: fault })
  endLife()
  return false
}

type Call = (...args: unknown[]) => Promise<unknown>

/** Wraps the calls; must run before anything imports them. */
export function instrument(): void {
  const wrap = (name: keyof typeof fs.promises, changes: (args: unknown[]) => boolean) => {
    const original = fs.promises[name] as Call
    const wrapped: Call = async (...args) => {
      // What the system says of its processes is on no disk.
      if (!String(args[0]).startsWith('/proc') && !step(name, changes(args), args[0])) return forever()
      const result = await original(...args)
      if (name === 'open') {
        const handle = result as FileHandle
        if (lives.getStore()?.isOver === true) return handle.close().then(forever)
        wrapHandle(handle)
      }
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
      if (!step('spawn', true)) throw new Error('whoever starts this is dead')
      const child = spawn(...args)
      if (child instanceof childProcess.ChildProcess) lives.getStore()?.children.push(child)
      return child
    },
  })
  syncBuiltinESMExports()
}

function wrapHandle(handle: FileHandle): void {
  for (const name of ofHandles) {
    const original = (handle[name] as Call).bind(handle)
    if (name === 'close') lives.getStore()?.closeHandles.push(original)
    const wrapped: Call = async (...args) => {
      // A handle is closed all the same, as the system does.
      if (name === 'close') await original()
      if (!step(name, name !== 'close')) return forever()
      return name === 'close' ? undefined : original(...args)
    }
    Object.assign(handle, { [name]: wrapped })
  }
}
