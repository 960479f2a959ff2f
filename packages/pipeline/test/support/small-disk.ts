import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A disk that is easily full. */
export interface SmallDisk {
  directory: string
  /** Takes all the room that is left. */
  fill(): Promise<void>
  /** Gives it back. */
  free(): Promise<void>
  remove(): Promise<void>
}

/** Undefined, said loudly, where this user may not mount one: a right is nothing that could be installed. */
export async function smallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'patchlane-disk-'))
  const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=777`, 'patchlane-test', directory]
  const sudo = await firstThatWorks([[], ['sudo', '-n']], ['mount', ...options])
  if (sudo === undefined) {
    await rm(directory, { recursive: true })
    const message = 'A small disk cannot be mounted here; what a full disk does to Postgres is not tested.'
    console.warn(`\n!! SKIPPED: ${message}\n`)
    return undefined
  }
  const ballast = join(directory, 'ballast')
  return {
    directory,
    async fill() {
      await pipeline(endless, createWriteStream(ballast)).catch((thrown: unknown) => {
        if (!String(thrown).includes('ENOSPC')) throw thrown
      })
    },
    free: () => rm(ballast),
    async remove() {
      const [program = 'umount', ...before] = sudo
      await run(program, sudo.length === 0 ? [directory] : [...before, 'umount', directory])
      await rm(directory, { recursive: true })
    },
  }
}

function* endless() {
  const zeros = Buffer.alloc(65_536)
  for (;;) yield zeros
}

async function firstThatWorks(prefixes: string[][], command: string[]): Promise<string[] | undefined> {
  for (const prefix of prefixes) {
    const [program = '', ...args] = [...prefix, ...command]
    const works = await run(program, args).then(
      () => true,
      () => false,
    )
    if (works) return prefix
  }
  return undefined
}
