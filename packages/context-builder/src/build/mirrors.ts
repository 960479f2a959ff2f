import type { CodeView } from '../code-view.ts'
import { PackageRoots, plainName } from '../rank/package-roots.ts'

/**
 * What a file is a copy of in other packages: the same content, or the same place in a sibling package (`packages/openai/src/openai-chat.ts`,
 * `packages/mistral/src/mistral-chat.ts`). Files with an equal key are mirrors of each other.
 */
export function mirrorKeys(view: CodeView, position: number): string[] {
  const { path, oid, lines } = view.file(position)
  const keys = lines > 5 ? [`content ${oid}`] : []
  const roots = PackageRoots.of(view)
  const own = roots.packages[roots.rootOf[position] ?? -1]
  if (own === undefined) return keys
  const parent = own.folder.slice(0, own.folder.lastIndexOf('/') + 1)
  const inside = path
    .slice(own.folder.length + 1)
    .split('/')
    .map((part) => (own.plain.length > 2 ? plainName(part).replaceAll(own.plain, '*') : plainName(part)))
  return [...keys, `place ${parent} ${inside.join('/')}`]
}
