import type { GitRepository, TreeDifference } from '@patchlane/git'
import type { FileConflict, ObjectId, PatchId } from '@patchlane/kernel'
import { LandedHistory } from './landed-history.ts'

/** How often each line, or each word, occurs. */
type Counts = Map<string, number>

export interface LostWorkRequest {
  /** The commit the patch was made against. */
  patchBase: ObjectId
  /** The patch alone, on its base. */
  patchTree: ObjectId
  head: ObjectId
  /** What would land. */
  tree: ObjectId
  /** Patches whose work the author means to remove. */
  removesWorkOf: readonly PatchId[]
}

/**
 * Proves that landing takes nothing out of the head that the patch itself does not take out of its own base.
 *
 * Counted over all files at once, so that moves and renames cancel: for each line, landing may remove it at most as often as the patch
 * removes it. An author who saw earlier work may change it; a merge that drops it may not. A line that is missing only because it was
 * written anew (two imports made one, a formatter) counts as kept when all its words are.
 *
 * @returns what would be lost, file by file; empty is the proof.
 */
export async function findLostWork(repository: GitRepository, request: LostWorkRequest): Promise<FileConflict[]> {
  const [meant, landing] = await Promise.all([
    repository.diffTrees(request.patchBase, request.patchTree),
    repository.diffTrees(request.head, request.tree),
  ])
  const meantFiles = await readSides(repository, meant)
  const landingFiles = await readSides(repository, landing)
  const lostLines = excess(removals(landingFiles, linesOf), removals(meantFiles, linesOf))
  if (lostLines.size === 0) return []
  const lostWords = excess(removals(landingFiles, wordsOf), removals(meantFiles, wordsOf))
  const real = [...lostLines.keys()].filter((line) => wordsOf(line).some((word) => lostWords.has(word)))
  if (real.length === 0) return []
  const owners = await findOwners(repository, request, real)
  const allowed = new Set<string>(request.removesWorkOf)
  const unowned = real.filter((line) => ![...(owners.get(line) ?? [])].some((patchId) => allowed.has(patchId)))
  return unowned.length === 0 ? [] : describe(landingFiles, unowned, owners)
}

interface Sides {
  path: string
  before: string
  after: string
}

async function readSides(repository: GitRepository, differences: readonly TreeDifference[]): Promise<Sides[]> {
  const read = async (entry: TreeDifference['before']) =>
    entry === null || entry.mode === '160000' ? Buffer.alloc(0) : repository.readBlob(entry.oid)
  const sides = await Promise.all(
    differences.map(async ({ path, before, after }) => {
      const [old, now] = await Promise.all([read(before), read(after)])
      // Bytes that are no text have no lines to lose: git refuses to merge them at all.
      if (old.includes(0) || now.includes(0)) return []
      return [{ path, before: old.toString('latin1'), after: now.toString('latin1') }]
    }),
  )
  return sides.flat()
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /[\p{L}\p{N}\x80-\xff]/u.test(line))
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}_$\x80-\xff]+/gu) ?? []
}

/** What a set of changes takes away, net, over all its files. */
function removals(files: readonly Sides[], parts: (text: string) => string[]): Counts {
  const counts: Counts = new Map()
  for (const { before, after } of files) {
    for (const part of parts(before)) counts.set(part, (counts.get(part) ?? 0) + 1)
    for (const part of parts(after)) counts.set(part, (counts.get(part) ?? 0) - 1)
  }
  return counts
}

function excess(actual: Counts, allowed: Counts): Counts {
  const over: Counts = new Map()
  for (const [part, count] of actual) {
    const surplus = count - Math.max(0, allowed.get(part) ?? 0)
    if (surplus > 0) over.set(part, surplus)
  }
  return over
}

/** Which landed patches, since the base, added each of these lines. */
async function findOwners(
  repository: GitRepository,
  request: LostWorkRequest,
  lines: readonly string[],
): Promise<Map<string, Set<PatchId>>> {
  const owners = new Map<string, Set<PatchId>>()
  const wanted = new Set(lines)
  for (const { patchId, entry } of await new LandedHistory(repository).between(request.patchBase, request.head)) {
    const [parent] = entry.parents
    if (parent === undefined) continue
    const added = removals(await readSides(repository, await repository.diffTrees(parent, entry.commit)), linesOf)
    for (const [line, count] of added) {
      if (count < 0 && wanted.has(line)) owners.set(line, (owners.get(line) ?? new Set<PatchId>()).add(patchId))
    }
  }
  return owners
}

function describe(files: readonly Sides[], lost: readonly string[], owners: Map<string, Set<PatchId>>): FileConflict[] {
  const missing = new Set(lost)
  return files.flatMap(({ path, before, after }) => {
    const kept = new Set(linesOf(after))
    const here = [...new Set(linesOf(before))].filter((line) => missing.has(line) && !kept.has(line))
    if (here.length === 0) return []
    const by = [...new Set(here.flatMap((line) => [...(owners.get(line) ?? [])]))]
    const shown = here.slice(0, 5).map((line) => Buffer.from(line, 'latin1').toString('utf8').slice(0, 200))
    const whose = by.length === 0 ? 'work in the target' : `the work of patch ${by.join(', ')}`
    const message = `Merging would drop ${whose} from ${path}: ${shown.map((line) => JSON.stringify(line)).join(', ')}${here.length > 5 ? ' and more' : ''}.`
    return [{ path, kind: 'lost-work', message, ours: utf8(before), theirs: utf8(after) }]
  })
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
