import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { UnreadableManifestError } from '../errors.ts'
import { folderOf, nameOf } from '../project-files.ts'

const strings = z.record(z.string(), z.string()).catch({})

export const packageManifestSchema = z.looseObject({
  name: z.string().optional().catch(undefined),
  main: z.string().optional().catch(undefined),
  module: z.string().optional().catch(undefined),
  source: z.string().optional().catch(undefined),
  types: z.string().optional().catch(undefined),
  packageManager: z.string().optional().catch(undefined),
  exports: z.json().optional(),
  imports: z.json().optional(),
  jest: z.unknown().optional(),
  scripts: strings.optional(),
  dependencies: strings.optional(),
  devDependencies: strings.optional(),
  peerDependencies: strings.optional(),
  optionalDependencies: strings.optional(),
})
export type PackageManifest = z.infer<typeof packageManifestSchema>

/** Folders of test data hold manifests that are not the project's. */
const TEST_DATA = /(?:^|\/)(?:__fixtures__|fixtures|__mocks__|testdata|test-data)\//

/** Each package of the tree by its folder ('' is the top). @throws {UnreadableManifestError} */
export async function readPackages(directory: string, files: readonly string[]): Promise<Map<string, PackageManifest>> {
  const packages = new Map<string, PackageManifest>()
  const manifests = files.filter((path) => nameOf(path) === 'package.json' && !TEST_DATA.test(path))
  for (const path of manifests) {
    try {
      packages.set(
        folderOf(path),
        packageManifestSchema.parse(JSON.parse(await readFile(join(directory, path), 'utf8'))),
      )
    } catch (error) {
      if (isMissing(error)) continue
      throw new UnreadableManifestError(path, error)
    }
  }
  return packages
}

/** All dependencies of a package, of every kind. */
export function dependenciesOf(manifest: PackageManifest): string[] {
  const { dependencies, devDependencies, peerDependencies, optionalDependencies } = manifest
  return Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies, ...optionalDependencies })
}

export function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT'
}
