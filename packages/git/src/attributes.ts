import type { ObjectId } from '@patchlane/kernel'
import { fromRawName, TREE_MODE, type TreeEntry } from './tree-object.ts'

/** What reading attributes needs from a repository. */
export interface AttributesSource {
  readTree(oid: ObjectId): Promise<readonly TreeEntry[]>
  readBlob(oid: ObjectId): Promise<Buffer>
}

/**
 * The committed `.gitattributes` of a tree as one file for `info/attributes`: the patterns of sub-folders are re-written to start at
 * the root, deeper folders later, as git's precedence wants. Only what concerns merging is kept, so a merge obeys what was committed
 * and never an uncommitted edit of somebody's checkout.
 */
export class CommittedAttributes {
  readonly #source: AttributesSource
  /** By tree id, relative to that tree. Trees do not change, so an entry is good for ever; bounded all the same. */
  readonly #known = new Map<ObjectId, string[]>()

  constructor(source: AttributesSource) {
    this.#source = source
  }

  async of(tree: ObjectId): Promise<string> {
    const lines = await this.#linesOf(tree)
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`
  }

  async #linesOf(tree: ObjectId): Promise<string[]> {
    const known = this.#known.get(tree)
    if (known !== undefined) return known
    const entries = await this.#source.readTree(tree)
    const own = entries.find((entry) => entry.name === '.gitattributes' && entry.mode.startsWith('100'))
    const lines = own === undefined ? [] : mergeLines((await this.#source.readBlob(own.oid)).toString('utf8'))
    for (const entry of entries) {
      if (entry.mode !== TREE_MODE) continue
      for (const line of await this.#linesOf(entry.oid)) lines.push(prefixed(fromRawName(entry.name), line))
    }
    if (this.#known.size > 50_000) this.#known.clear()
    this.#known.set(tree, lines)
    return lines
  }
}

/** Lines that say how to merge, macros included (they hold at the root only, which is where git reads them too). */
function mergeLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .filter((line) => /^\[attr\]|\s[-!]?(?:merge|binary|text|eol|conflict-marker-size)(?:=|\s|$)/.test(line))
}

function prefixed(folder: string, line: string): string {
  if (line.startsWith('[attr]')) return '# a macro outside the root is ignored'
  const [, quoted, bare = '', rest = ''] = /^(?:"((?:[^"\\]|\\.)*)"|(\S+))(.*)$/.exec(line) ?? []
  const pattern = quoted ?? bare
  const escaped = folder.replaceAll(/[\\*?[\]"]/g, '\\$&')
  const anchored = pattern.slice(0, -1).includes('/')
  const result = anchored ? `${escaped}/${pattern.replace(/^\//, '')}` : `${escaped}/**/${pattern}`
  return `"${result.replaceAll('\\', '\\\\')}"${rest}`
}
