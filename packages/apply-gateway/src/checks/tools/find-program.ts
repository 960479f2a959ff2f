import { existsSync, readFileSync, statSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import type { Program } from './file-tool.ts'

const manifestSchema = z.looseObject({
  version: z.string().optional(),
  bin: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
})

export interface NodeProgram extends Program {
  version: string
}

/** A program of an npm package, found as node finds the package from `directory` upwards. Nothing is executed. */
export function findNodeProgram(directory: string, packageName: string, bin = packageName): NodeProgram | undefined {
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const root = join(folder, 'node_modules', packageName)
    const manifestFile = join(root, 'package.json')
    if (existsSync(manifestFile)) {
      const manifest = manifestSchema.parse(JSON.parse(readFileSync(manifestFile, 'utf8')))
      const relative = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin?.[bin]
      return relative === undefined
        ? undefined
        : { file: 'node', args: [join(root, relative)], version: manifest.version ?? '' }
    }
    if (dirname(folder) === folder) return undefined
  }
}

/** A program of the project's Python environment, else of the active one, else from PATH. */
export function findPythonProgram(directory: string, name: string, environment?: string): Program | undefined {
  const folder = process.platform === 'win32' ? 'Scripts' : 'bin'
  const file = process.platform === 'win32' ? `${name}.exe` : name
  const active = process.env.VIRTUAL_ENV
  const places = [
    ...(environment === undefined ? [] : [join(environment, folder)]),
    ...['.venv', 'venv'].map((venv) => join(directory, venv, folder)),
    ...(active === undefined || active === '' ? [] : [join(active, folder)]),
    ...(process.env.PATH ?? '').split(delimiter).filter((place) => place !== ''),
  ]
  const found = places.map((place) => join(place, file)).find(isFile)
  return found === undefined ? undefined : { file: found, args: [] }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
