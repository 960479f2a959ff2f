import { constants } from 'node:fs'
import { chmod, copyFile, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const MAX_TEXT_BYTES = 4_000_000

/** Copies a file with the checkout's folder replaced by the worktree's; as it is where that is not text. */
export async function copyMoved(from: string, to: string, path: string): Promise<void> {
  const source = join(from, path)
  const { size, mode } = await stat(source)
  const bytes = size > MAX_TEXT_BYTES ? undefined : await readFile(source)
  const text = bytes?.toString('utf8')
  if (text === undefined || bytes === undefined || text.includes('\0') || !Buffer.from(text).equals(bytes)) {
    await copyFile(source, join(to, path), constants.COPYFILE_FICLONE)
    return
  }
  await writeFile(join(to, path), text.replaceAll(from, to))
  await chmod(join(to, path), mode)
}
