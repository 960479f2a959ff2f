import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface TemporaryProject {
  directory: string
  write(files: Record<string, string>): Promise<void>
  dispose(): Promise<void>
}

/** A folder with these files; `linkModules` gives it this package's own node_modules. */
export async function temporaryProject(
  files: Record<string, string>,
  options: { linkModules?: boolean } = {},
): Promise<TemporaryProject> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'patchlane-project-')))
  const write = async (entries: Record<string, string>) => {
    for (const [path, content] of Object.entries(entries)) {
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), content)
    }
  }
  await write(files)
  if (options.linkModules) await symlink(join(import.meta.dirname, '../node_modules'), join(directory, 'node_modules'))
  return { directory, write, dispose: () => rm(directory, { recursive: true, force: true }) }
}
