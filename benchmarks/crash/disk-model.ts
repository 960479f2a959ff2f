import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A file-system call, as far as it matters to what a power cut leaves. Paths are absolute. */
export type DiskCall =
  | { call: 'create'; path: string; mode: number; truncate: boolean }
  | { call: 'append'; path: string; bytes: Buffer }
  | { call: 'truncate'; path: string; length: number }
  | { call: 'rename'; from: string; to: string }
  | { call: 'link'; from: string; to: string }
  | { call: 'unlink' | 'rmdir' | 'mkdir' | 'sync'; path: string }
  | { call: 'symlink'; path: string; destination: string }
  | { call: 'chmod'; path: string; mode: number }
  | { call: 'said' }

/** What is lost of that which nobody synced: `all`, only the `bytes` of files whose names stay, or by chance. */
export type Loss = 'all' | 'bytes' | ((share: number) => boolean)

type Content = { bytes: Buffer; mode: number }
interface Inode {
  kind: 'file' | 'folder' | 'link'
  now: Content
  durable: Content
  /** Of a folder: names and what they stand for. */
  entries: Map<string, Inode>
  durableEntries: Map<string, Inode>
}

const nothing: Content = { bytes: Buffer.alloc(0), mode: 0o644 }

/**
 * A part of a file system that knows what a power cut may take: bytes of a file until it is synced, names until their folder is. That is all
 * that POSIX promises; most file systems promise more.
 */
export class DiskModel {
  readonly #top: string
  readonly #root: Inode

  private constructor(top: string, root: Inode) {
    this.#top = top
    this.#root = root
  }

  /** A folder as it is now, all of it durable. */
  static async of(top: string): Promise<DiskModel> {
    return new DiskModel(top, await read(top))
  }

  apply(step: DiskCall): void {
    if (step.call === 'said') return
    if (step.call === 'rename' || step.call === 'link') {
      const inode = this.#find(step.from)
      if (inode === undefined) return
      this.#folderOf(step.to)?.set(nameOf(step.to), inode)
      if (step.call === 'rename') this.#folderOf(step.from)?.delete(nameOf(step.from))
      return
    }
    const folder = this.#folderOf(step.path)
    const name = nameOf(step.path)
    const inode = this.#find(step.path)
    switch (step.call) {
      case 'create':
        if (inode === undefined) folder?.set(name, make('file', { bytes: Buffer.alloc(0), mode: step.mode }))
        else if (step.truncate) inode.now = { ...inode.now, bytes: Buffer.alloc(0) }
        break
      case 'mkdir':
        folder?.set(name, make('folder', { ...nothing, mode: 0o755 }))
        break
      case 'symlink': {
        const link = make('link', { bytes: Buffer.from(step.destination), mode: 0o777 })
        // A link is its inode: it has no bytes that could be lost apart.
        link.durable = link.now
        folder?.set(name, link)
        break
      }
      case 'append':
        if (inode !== undefined) inode.now = { ...inode.now, bytes: Buffer.concat([inode.now.bytes, step.bytes]) }
        break
      case 'truncate':
        if (inode !== undefined) inode.now = { ...inode.now, bytes: inode.now.bytes.subarray(0, step.length) }
        break
      case 'chmod':
        if (inode !== undefined) inode.now = { ...inode.now, mode: step.mode }
        break
      case 'sync':
        if (inode !== undefined) {
          inode.durable = inode.now
          inode.durableEntries = new Map(inode.entries)
        }
        break
      default:
        folder?.delete(name)
    }
  }

  /** Writes to disk, in the folder's own place, what is left after the power was cut now. */
  cutPower(loss: Loss, edit: (path: string, bytes: Buffer) => Buffer): void {
    rmSync(this.#top, { recursive: true, force: true })
    const lost = (share: number) => (typeof loss === 'function' ? loss(share) : true)
    const write = (inode: Inode, path: string): void => {
      if (inode.kind === 'link') {
        symlinkSync(inode.now.bytes.toString(), path)
      } else if (inode.kind === 'file') {
        const { bytes, mode } = inode.now === inode.durable || !lost(0.5) ? inode.now : inode.durable
        writeFileSync(path, edit(path, bytes), { mode })
      } else {
        mkdirSync(path, { recursive: true })
        const names = loss === 'bytes' || !lost(0.5) ? inode.entries : inode.durableEntries
        for (const [name, child] of names) write(child, join(path, name))
      }
    }
    write(this.#root, this.#top)
  }

  #find(path: string): Inode | undefined {
    if (path === this.#top) return this.#root
    return this.#folderOf(path)?.get(nameOf(path))
  }

  #folderOf(path: string): Map<string, Inode> | undefined {
    if (!path.startsWith(`${this.#top}/`)) return undefined
    const parent = dirname(path)
    return parent === this.#top ? this.#root.entries : this.#find(parent)?.entries
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function make(kind: Inode['kind'], now: Content): Inode {
  return { kind, now, durable: { ...nothing, mode: now.mode }, entries: new Map(), durableEntries: new Map() }
}

async function read(path: string): Promise<Inode> {
  const info = await lstat(path)
  const mode = info.mode & 0o777
  if (info.isSymbolicLink()) return settled(make('link', { bytes: Buffer.from(await readlink(path)), mode }))
  if (!info.isDirectory()) return settled(make('file', { bytes: await readFile(path), mode }))
  const folder = make('folder', { ...nothing, mode })
  for (const name of await readdir(path)) folder.entries.set(name, await read(join(path, name)))
  return settled(folder)
}

function settled(inode: Inode): Inode {
  inode.durable = inode.now
  inode.durableEntries = new Map(inode.entries)
  return inode
}
