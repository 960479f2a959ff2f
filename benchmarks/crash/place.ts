import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runGit } from '@patchlane/git'
import type { Scene } from '../../packages/apply-gateway/test/crash/scene.ts'

/** Everything in a place at one moment. */
export interface Snapshot {
  entries: readonly Entry[]
  /** Locks that the journal knows by inode, and that were there. */
  knownLocks: ReadonlySet<string>
}

/** Where a landing is tried, always under the same name: the journal names files by their whole paths. */
export class Place {
  readonly root: string
  readonly #scene: Scene
  /** What this process had started before. */
  readonly #others = new Set(children())

  private constructor(root: string, scene: Scene) {
    this.root = root
    this.#scene = scene
  }

  static async open(scene: Scene): Promise<Place> {
    return new Place(await scene.copy(), scene)
  }

  get gitDir(): string {
    return join(this.root, this.#scene.kind === 'branch' ? 'folder/.git' : 'state/shadow.git')
  }

  take(): Snapshot {
    const known = this.#journals().map((file) => this.#standingLocks(file))
    return { entries: read(this.root), knownLocks: new Set(known.flat()) }
  }

  /** Puts everything back as it was. Files get new inodes, and the journal, which names locks by theirs, learns of them. */
  restore(snapshot: Snapshot): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 })
    write(this.root, snapshot.entries)
    for (const file of this.#journals()) {
      const lines = readFileSync(file, 'utf8').split('\n')
      const renamed = lines.map((line) => withInodes(line, snapshot.knownLocks))
      if (renamed.join() !== lines.join()) writeFileSync(file, renamed.join('\n'))
    }
  }

  /** Has git look at all files, so that the index knows them as they are: in a copy all of them seem touched. */
  async refreshIndex(): Promise<void> {
    const env = { GIT_DIR: this.gitDir, GIT_WORK_TREE: join(this.root, 'folder') }
    const args = ['update-index', '-q', '--refresh']
    await runGit({ args, cwd: join(this.root, 'folder'), env, okExitCodes: [0, 1] })
  }

  /**
   * Waits until no process works here any more, nor one that was started for this place. A git that reads objects for a landing that failed
   * half way is ended: it would end with the process of its gateway, which is this one.
   */
  async quiet(): Promise<void> {
    const patience = performance.now() + 1_000
    for (;;) {
      const ours = children().filter((pid) => !this.#others.has(pid))
      if (ours.length === 0 && this.#workers().length === 0) return
      if (performance.now() > patience) {
        for (const pid of ours) if (readNow(`/proc/${pid}/cmdline`).includes('\0cat-file\0')) process.kill(Number(pid))
      }
      await sleep(5)
    }
  }

  /** Whether a git that writes files is at work here; others only end when whoever started them has. */
  isWrittenTo(): boolean {
    return this.#workers().some((pid) => {
      const words = readNow(`/proc/${pid}/cmdline`).split('\0')
      return ['read-tree', 'checkout-index', 'update-index', 'add', 'write-tree'].some((word) => words.includes(word))
    })
  }

  /** Processes other than this one that work here, by where they stand or by their environment. */
  #workers(): string[] {
    return readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false
      try {
        if (readlinkSync(`/proc/${pid}/cwd`).startsWith(this.root)) return true
      } catch {
        return false
      }
      return readNow(`/proc/${pid}/environ`).includes(this.root)
    })
  }

  #journals(): string[] {
    const folder = join(this.gitDir, 'patchlane', 'landing')
    if (!existsSync(folder)) return []
    const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
    return names.map((name) => join(folder, name))
  }

  #standingLocks(journal: string): string[] {
    const locks = readFileSync(journal, 'utf8').split('\n').flatMap(locksIn)
    return locks.filter(({ path, inode }) => inodeOf(path) === inode).map(({ path }) => path)
  }
}

type Entry =
  | { kind: 'folder'; path: string; mode: number }
  | { kind: 'link'; path: string; destination: string }
  | { kind: 'file'; path: string; mode: number; bytes: Buffer; changedAt: Date }
  /** Another name of a file that was there before. */
  | { kind: 'name'; path: string; of: string }

/** All that is below a folder, itself first. */
function read(top: string): Entry[] {
  const names = new Map<bigint, string>()
  const visit = (path: string): Entry[] => {
    const file = join(top, path)
    const info = lstatSync(file, { bigint: true })
    const mode = Number(info.mode & 0o7777n)
    if (info.isDirectory()) {
      const inside = readdirSync(file).sort()
      return [{ kind: 'folder', path, mode }, ...inside.flatMap((name) => visit(join(path, name)))]
    }
    if (info.isSymbolicLink()) return [{ kind: 'link', path, destination: readlinkSync(file) }]
    const known = names.get(info.ino)
    if (known !== undefined) return [{ kind: 'name', path, of: known }]
    names.set(info.ino, path)
    return [{ kind: 'file', path, mode, bytes: readFileSync(file), changedAt: info.mtime }]
  }
  return visit('.')
}

function write(top: string, entries: readonly Entry[]): void {
  for (const entry of entries) {
    const file = join(top, entry.path)
    if (entry.kind === 'folder') mkdirSync(file, { mode: entry.mode })
    else if (entry.kind === 'link') symlinkSync(entry.destination, file)
    else if (entry.kind === 'name') linkSync(join(top, entry.of), file)
    else {
      writeFileSync(file, entry.bytes)
      chmodSync(file, entry.mode)
      utimesSync(file, entry.changedAt, entry.changedAt)
    }
  }
}

function inodeOf(path: string): string | undefined {
  const info = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return info === undefined ? undefined : String(info.ino)
}

function withInodes(line: string, known: ReadonlySet<string>): string {
  const locks = locksIn(line)
  if (locks.length === 0) return line
  const files = locks.map(({ path }) => ({ path, inode: known.has(path) ? (inodeOf(path) ?? '0') : '0' }))
  return JSON.stringify({ note: 'locks', files })
}

function readNow(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

/** The processes that this one has started. */
function children(): string[] {
  return readNow(`/proc/self/task/${process.pid}/children`)
    .split(' ')
    .filter((pid) => pid !== '')
}

/** What a line of the journal says of locks. */
export function locksIn(line: string): { path: string; inode: string }[] {
  try {
    const note = JSON.parse(line)
    return note.note === 'locks' ? note.files : []
  } catch {
    return []
  }
}
