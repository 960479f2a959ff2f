import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes that a folder takes on disk; links count as links. What vanishes meanwhile counts nothing. */
export async function directorySize(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  let total = 0
  for (const entry of entries) {
    const path = join(directory, entry.name)
    total += entry.isDirectory() ? await directorySize(path) : await bytesOf(path)
  }
  return total
}

async function bytesOf(path: string): Promise<number> {
  const stat = await lstat(path).catch(() => undefined)
  // Windows does not count blocks.
  return stat === undefined ? 0 : (stat.blocks ?? 0) * 512 || stat.size
}
