import type { GitRepository } from '@patchlane/git'
import { foldPath, type ObjectId } from '@patchlane/kernel'

/**
 * A new path whose name some file system takes for one that the tree already has: by case or by Unicode form. Looks only into the
 * folders on the way to the new paths.
 *
 * @returns the two, or undefined.
 */
export async function findNewCollision(
  repository: GitRepository,
  tree: ObjectId,
  created: readonly string[],
): Promise<[string, string] | undefined> {
  for (const path of created) {
    const names = path.split('/')
    let folder: string = tree
    for (const [depth, name] of names.entries()) {
      const entries = await repository.readTreeEntries(folder)
      const raw = Buffer.from(name, 'utf8').toString('latin1')
      const twin = entries.find(
        (entry) =>
          entry.name !== raw && foldPath(Buffer.from(entry.name, 'latin1').toString('utf8')) === foldPath(name),
      )
      if (twin !== undefined) {
        const prefix = names.slice(0, depth).map((part) => `${part}/`)
        return [path, `${prefix.join('')}${Buffer.from(twin.name, 'latin1').toString('utf8')}`]
      }
      const own = entries.find((entry) => entry.name === raw)
      if (own === undefined || own.mode !== '40000') break
      folder = own.oid
    }
  }
  return undefined
}
