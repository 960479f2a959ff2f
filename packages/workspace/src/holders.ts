import { readdir, readlink } from 'node:fs/promises'
import { sep } from 'node:path'
import { isAlive } from '@patchlane/process'
import type { WorkspaceRecord } from './workspace-record.ts'

/** Whether anybody can still be at work in a workspace: its holder, a process the holder told of, or any process that stands in its folder. */
export async function holderLives(record: WorkspaceRecord): Promise<boolean> {
  for (const identity of [...(record.process === null ? [] : [record.process]), ...record.children])
    if (await isAlive(identity)) return true
  return (await processesIn(record.directory)).length > 0
}

/** Processes whose working folder is in a folder. Only Linux tells; elsewhere the answer is empty. */
export async function processesIn(directory: string): Promise<number[]> {
  if (process.platform !== 'linux') return []
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    names.map(async (name) => {
      const folder = await readlink(`/proc/${name}/cwd`).catch(() => '')
      return folder === directory || folder.startsWith(directory + sep) ? [Number(name)] : []
    }),
  )
  return found.flat()
}
