import { lstat, mkdir, open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Whether a thrown value is a file-system error with this code. */
export function hasCode(thrown: unknown, ...codes: string[]): boolean {
  return (
    typeof thrown === 'object' &&
    thrown !== null &&
    'code' in thrown &&
    typeof thrown.code === 'string' &&
    codes.includes(thrown.code)
  )
}

/** `lstat`, or undefined where there is nothing, also when a parent is not a folder. */
export async function lstatOrNothing(path: string) {
  return lstat(path, { bigint: true }).catch((thrown: unknown) => {
    if (hasCode(thrown, 'ENOENT', 'ENOTDIR')) return undefined
    throw thrown
  })
}

/** Removes a file; its absence is no error. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((thrown: unknown) => {
    if (!hasCode(thrown, 'ENOENT', 'ENOTDIR')) throw thrown
  })
}

/** Makes a folder's entries durable. Windows cannot, and need not. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes a file's bytes durable; a file that is gone needs nothing. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r').catch((thrown: unknown) => {
    if (hasCode(thrown, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EISDIR')) return undefined
    throw thrown
  })
  if (handle === undefined) return
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes a file so that a reader, also after a crash, finds the old content or the new one: temporary file, sync, rename, sync. */
export async function writeFileDurably(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path)
  const temporary = `${path}.tmp`
  const handle = await open(temporary, 'w').catch(async (thrown: unknown) => {
    if (!hasCode(thrown, 'ENOENT')) throw thrown
    await makeFolderDurably(folder)
    return open(temporary, 'w')
  })
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, path)
  await syncFolder(folder)
}

/** A new folder is there after a power cut only if the one it is in was synced. */
async function makeFolderDurably(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  const top = dirname(first)
  for (let parent = dirname(folder); parent !== top; parent = dirname(parent)) await syncFolder(parent)
  await syncFolder(top)
}
