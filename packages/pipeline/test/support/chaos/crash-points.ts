import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

type AsyncMethod = (this: unknown, ...args: unknown[]) => Promise<unknown>

/** One place on the road of a patch at which a gateway can die. */
interface CrashPoint {
  /** What is wrapped: a method of a class, or a call of the file system. */
  on: 'queue' | 'target' | 'fence' | 'journal' | 'refs' | 'repository' | 'fs'
  method: string
  when: 'before' | 'after'
  /** Whether this call is the one that is meant. */
  matches?: (args: readonly unknown[], result: unknown, self: unknown) => boolean
}

/** Transactions that move the target; others raise the fence. */
const landings = new WeakSet<object>()
const movesTarget = ([updates]: readonly unknown[]) =>
  JSON.stringify(updates ?? []).includes('"kind":"update","ref":"refs/heads/')
const isLanding = (_args: readonly unknown[], _result: unknown, self: unknown) =>
  typeof self === 'object' && self !== null && landings.has(self)

const movesTo = (status: string) => (args: readonly unknown[]) => args[2] === status
const notes =
  (note: string) =>
  ([first]: readonly unknown[]) =>
    typeof first === 'object' && first !== null && 'note' in first && first.note === note
const endsWith = (argument: number, name: string) => (args: readonly unknown[]) => String(args[argument]).endsWith(name)

/** The crash points by name, in the order of the road. Recovery comes last: it is reached only after another crash. */
export const crashPoints = {
  'lease: taken': { on: 'queue', method: 'lease', when: 'after', matches: (_, lease) => lease !== undefined },
  'fence: before it is raised': { on: 'fence', method: 'takeOver', when: 'before' },
  'fence: raised': { on: 'fence', method: 'takeOver', when: 'after' },
  'queue: patches claimed': {
    on: 'queue',
    method: 'claim',
    when: 'after',
    matches: (_, claimed) => Array.isArray(claimed) && claimed.length > 0,
  },
  'queue: before staged is recorded': { on: 'queue', method: 'move', when: 'before', matches: movesTo('staged') },
  'queue: staged is recorded': { on: 'queue', method: 'move', when: 'after', matches: movesTo('staged') },
  'queue: checking is recorded': { on: 'queue', method: 'move', when: 'after', matches: movesTo('checking') },
  'landing: begun': { on: 'target', method: 'land', when: 'before' },
  'landing: objects are on disk': { on: 'repository', method: 'syncObjects', when: 'after' },
  'landing: before the intent is written': { on: 'journal', method: 'begin', when: 'before' },
  'landing: the intent is written': { on: 'journal', method: 'begin', when: 'after' },
  'landing: the index is locked': { on: 'fs', method: 'link', when: 'after', matches: endsWith(1, 'index.lock') },
  'landing: refs are locked': { on: 'refs', method: 'prepare', when: 'after', matches: movesTarget },
  'landing: locks are noted': { on: 'journal', method: 'note', when: 'after', matches: notes('locks') },
  'landing: git writes the files': { on: 'journal', method: 'note', when: 'after', matches: notes('child') },
  'landing: the new index is noted': { on: 'journal', method: 'note', when: 'after', matches: notes('index') },
  'landing: before the ref is moved': { on: 'refs', method: 'commit', when: 'before', matches: isLanding },
  'landing: the ref is moved': { on: 'refs', method: 'commit', when: 'after', matches: isLanding },
  'landing: the index stands as its lock': {
    on: 'fs',
    method: 'rename',
    when: 'after',
    matches: endsWith(1, 'index.lock'),
  },
  'landing: the index is published': { on: 'fs', method: 'rename', when: 'after', matches: endsWith(1, '.git/index') },
  'landing: before the journal is closed': { on: 'journal', method: 'end', when: 'before' },
  'landing: the journal is closed': { on: 'journal', method: 'end', when: 'after' },
  'queue: before the landing is recorded': { on: 'queue', method: 'settle', when: 'before' },
  'queue: the landing is recorded': { on: 'queue', method: 'settle', when: 'after' },
  'lease: before it is given back': { on: 'queue', method: 'release', when: 'before' },
  'recovery: begun': { on: 'target', method: 'recover', when: 'before' },
  'recovery: an open landing is mended': {
    on: 'target',
    method: 'recover',
    when: 'after',
    matches: (_, recoveries) => Array.isArray(recoveries) && recoveries.length > 0,
  },
  'recovery: before a landing is recorded': { on: 'queue', method: 'recordLanded', when: 'before' },
  'recovery: a landing is recorded': { on: 'queue', method: 'recordLanded', when: 'after' },
} as const satisfies Record<string, CrashPoint>
export type CrashPointName = keyof typeof crashPoints
export const crashPointNames: readonly CrashPointName[] = Object.keys(crashPoints).filter(
  (name): name is CrashPointName => name in crashPoints,
)

/** Wraps the file system; must run before anything imports from it. */
export function armFileSystem(point: CrashPointName, pass: number): void {
  if (crashPoints[point].on !== 'fs') return
  arm(point, pass, { fs: fs.promises })
  syncBuiltinESMExports()
}

/** The next call at the point but `pass` is this process's last. `objects` are prototypes or instances that have the method. */
export function arm(point: CrashPointName, pass: number, objects: Partial<Record<CrashPoint['on'], object>>): void {
  const { on, method, when, matches }: CrashPoint = crashPoints[point]
  const object = objects[on]
  if (object === undefined) return
  let left = pass
  const die = (args: readonly unknown[], result: unknown, self: unknown) => {
    if ((matches !== undefined && !matches(args, result, self)) || left-- > 0) return
    fs.writeSync(1, `crash ${point}\n`)
    process.kill(process.pid, 'SIGKILL')
  }
  if (on === 'refs')
    wrap(object, 'prepare', (call, self, args) => {
      if (movesTarget(args) && typeof self === 'object' && self !== null) landings.add(self)
      return call()
    })
  wrap(object, method, async (call, self, args) => {
    if (when === 'before') die(args, undefined, self)
    const result = await call()
    if (when === 'after') die(args, result, self)
    return result
  })
}

function wrap(
  object: object,
  method: string,
  around: (call: () => Promise<unknown>, self: unknown, args: readonly unknown[]) => Promise<unknown>,
): void {
  const original: AsyncMethod = Reflect.get(object, method)
  Reflect.set(object, method, function wrapped(this: unknown, ...args: unknown[]) {
    return around(() => original.apply(this, args), this, args)
  })
}
