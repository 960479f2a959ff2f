import { z } from 'zod'

/** One place on the road of a patch at which a gateway can die. */
export interface CrashPoint {
  /** What is wrapped: a method of a class, or a call of the file system. */
  on: 'queue' | 'target' | 'fence' | 'journal' | 'refs' | 'repository' | 'fs'
  method: string
  when: 'before' | 'after'
  /** Whether this call is the one that is meant. */
  matches?: (args: readonly unknown[], result: unknown, self: unknown) => boolean
  /** What a death here leaves for the next gateway to mend. */
  leaves?: readonly Leftover[]
  /** What the one before must have left for this point to be reached. */
  needs?: Leftover
  /** Passed once in a tenure, however many patches land. */
  once?: true
  /** Reached by a gateway that is told to end. */
  atEnd?: true
}

/** A landing whose journal is open, or one that the queue does not know of. */
export type Leftover = 'open' | 'unrecorded'

const noteSchema = z.object({ note: z.string(), process: z.object({ pid: z.number() }).optional() })

/** What is known of landings under way in this process; {@link CrashArming} keeps it. */
export const seen = {
  landings: 0,
  /** Transactions that move the target, and their processes; others raise the fence. */
  transactions: new WeakSet<object>(),
  transactionPids: new Set<unknown>(),
}
export const movesTarget = ([updates]: readonly unknown[]) =>
  JSON.stringify(updates ?? []).includes('"kind":"update","ref":"refs/heads/')
const isLanding = (_args: readonly unknown[], _result: unknown, self: unknown) =>
  typeof self === 'object' && self !== null && seen.transactions.has(self)
const isMoveOfFiles = ([first]: readonly unknown[]) => {
  const { note, process } = noteSchema.parse(first)
  return note === 'child' && !seen.transactionPids.has(process?.pid)
}

const movesTo = (status: string) => (args: readonly unknown[]) => args[2] === status
const notes =
  (note: string) =>
  ([first]: readonly unknown[]) =>
    noteSchema.parse(first).note === note
const endsWith = (argument: number, name: string) => (args: readonly unknown[]) => String(args[argument]).endsWith(name)

/** The crash points by name, in the order of the road. Recovery comes last: it is reached only after another crash. */
export const crashPoints = {
  'lease: taken': {
    on: 'queue',
    method: 'lease',
    when: 'after',
    matches: (_, lease) => lease !== undefined,
    once: true,
  },
  'fence: before it is raised': { on: 'fence', method: 'takeOver', when: 'before', once: true },
  'fence: raised': { on: 'fence', method: 'takeOver', when: 'after', once: true },
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
  'landing: the intent is written': { on: 'journal', method: 'begin', when: 'after', leaves: ['open'] },
  'landing: the index is locked': {
    on: 'fs',
    method: 'link',
    when: 'after',
    matches: endsWith(1, 'index.lock'),
    leaves: ['open'],
  },
  'landing: the private index is made': {
    on: 'fs',
    method: 'link',
    when: 'after',
    matches: (args) => String(args[1]).includes('patchlane-index-'),
    leaves: ['open'],
  },
  'landing: refs are locked': { on: 'refs', method: 'prepare', when: 'after', matches: movesTarget, leaves: ['open'] },
  'landing: locks are noted': {
    on: 'journal',
    method: 'note',
    when: 'after',
    matches: notes('locks'),
    leaves: ['open'],
  },
  'landing: git writes the files': {
    on: 'journal',
    method: 'note',
    when: 'after',
    matches: isMoveOfFiles,
    leaves: ['open'],
  },
  'landing: git has written the files': {
    on: 'repository',
    method: 'git',
    when: 'after',
    matches: ([run]) => JSON.stringify(run).includes('"read-tree","-m","-u"'),
    leaves: ['open'],
  },
  'landing: before the ref is moved': {
    on: 'refs',
    method: 'commit',
    when: 'before',
    matches: isLanding,
    leaves: ['open'],
  },
  'landing: the ref is moved': {
    on: 'refs',
    method: 'commit',
    when: 'after',
    matches: isLanding,
    leaves: ['open', 'unrecorded'],
  },
  'landing: the index is published': {
    on: 'fs',
    method: 'rename',
    when: 'after',
    matches: endsWith(1, '.git/index'),
    leaves: ['open', 'unrecorded'],
  },
  'landing: the index is unlocked': {
    on: 'fs',
    method: 'unlink',
    when: 'after',
    matches: endsWith(0, 'index.lock'),
    leaves: ['open', 'unrecorded'],
  },
  'landing: before the journal is closed': {
    on: 'journal',
    method: 'end',
    when: 'before',
    leaves: ['open', 'unrecorded'],
  },
  'landing: the journal is closed': { on: 'journal', method: 'end', when: 'after', leaves: ['unrecorded'] },
  'queue: before the landing is recorded': { on: 'queue', method: 'settle', when: 'before', leaves: ['unrecorded'] },
  'queue: the landing is recorded': { on: 'queue', method: 'settle', when: 'after' },
  'lease: before it is given back': { on: 'queue', method: 'release', when: 'before', atEnd: true, once: true },
  'recovery: begun': { on: 'target', method: 'recover', when: 'before', once: true },
  'recovery: before the journal is closed': {
    on: 'journal',
    method: 'end',
    when: 'before',
    needs: 'open',
    once: true,
  },
  'recovery: an open landing is mended': {
    on: 'target',
    method: 'recover',
    when: 'after',
    matches: (_, recoveries) => Array.isArray(recoveries) && recoveries.length > 0,
    needs: 'open',
    once: true,
  },
  'recovery: before a landing is recorded': {
    on: 'queue',
    method: 'recordLanded',
    when: 'before',
    needs: 'unrecorded',
    once: true,
  },
  'recovery: a landing is recorded': {
    on: 'queue',
    method: 'recordLanded',
    when: 'after',
    needs: 'unrecorded',
    once: true,
  },
} as const satisfies Record<string, CrashPoint>
export type CrashPointName = keyof typeof crashPoints
export const crashPointNames: readonly CrashPointName[] = Object.keys(crashPoints).filter(
  (name): name is CrashPointName => name in crashPoints,
)

/** An order to die, or only to fall asleep: at the point, but only after having passed it so often. */
export interface CrashOrder {
  point: CrashPointName
  pass: number
  /** @default 'SIGKILL' */
  signal?: 'SIGKILL' | 'SIGSTOP'
}

/** A look at a point without the narrow type of its own entry. */
export function crashPoint(name: CrashPointName): CrashPoint {
  return crashPoints[name]
}
