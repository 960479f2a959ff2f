import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { z } from 'zod'

const manifestSchema = z.looseObject({
  version: z.string().optional(),
  bin: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
})

export interface InstalledTool {
  /** The script to hand to node. */
  script: string
  version: string
}

/** Finds a program of an npm package as node would, from `directory` upwards, without running anything. */
export function findInstalledTool(
  directory: string,
  packageName: string,
  bin = packageName,
): InstalledTool | undefined {
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const root = join(folder, 'node_modules', packageName)
    const manifestFile = join(root, 'package.json')
    if (existsSync(manifestFile)) {
      const manifest = manifestSchema.safeParse(JSON.parse(readFileSync(manifestFile, 'utf8')))
      if (!manifest.success) return undefined
      const relative = typeof manifest.data.bin === 'string' ? manifest.data.bin : manifest.data.bin?.[bin]
      if (relative === undefined) return undefined
      return { script: join(root, relative), version: manifest.data.version ?? '' }
    }
    if (dirname(folder) === folder) return undefined
  }
}

/** A path inside `directory`, with forward slashes, from what a tool reports: absolute or relative, by link or by true path. */
export function relativeTo(directory: string, reported: string): string {
  const roots = [resolve(directory), realpathOr(directory)]
  const forms = [resolve(directory, reported), realpathOr(resolve(directory, reported))]
  for (const root of roots) {
    for (const form of forms) {
      if (form.startsWith(root + sep)) return form.slice(root.length + 1).replaceAll('\\', '/')
    }
  }
  return reported.replaceAll('\\', '/')
}

function realpathOr(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
