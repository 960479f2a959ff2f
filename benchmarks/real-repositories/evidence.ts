import type { FreshClone } from './fresh-clone.ts'
import { linesOf, type Proposal } from './proposal.ts'
import type { Landing } from './replay.ts'

/**
 * Lines that a landed commit added and the result does not hold, unless a later landed proposal removed them itself: its agent
 * saw them and changed them.
 */
export function lostLines(clone: FreshClone, landings: readonly Landing[]): string[] {
  const head = filesOf(clone, 'HEAD')
  return landings.flatMap(({ commit, subtask }, at) => {
    const deliberate = new Set(landings.slice(at + 1).flatMap((later) => linesOf(later.proposal.diff).removed))
    const { added } = linesOf(clone.git(['diff', '--no-renames', `${commit}^`, commit]))
    return added
      .filter((line) => !head.has(line) && !deliberate.has(line))
      .map((line) => `${subtask}: ${line.replace('\0', ': ')}`)
  })
}

/** What is left in the result of proposals that did not land: lines only they add, lines only they remove. */
export function leftovers(
  clone: FreshClone,
  start: string,
  refused: readonly Proposal[],
  landings: readonly Landing[],
): string[] {
  const head = filesOf(clone, 'HEAD')
  const before = filesOf(clone, start)
  const landed = landings.map(({ proposal }) => linesOf(proposal.diff))
  const landedAdds = new Set(landed.flatMap(({ added }) => added))
  const landedRemoves = new Set(landed.flatMap(({ removed }) => removed))
  return refused.flatMap(({ diff }) => {
    const { added, removed } = linesOf(diff)
    return [
      ...added.filter((line) => head.has(line) && !before.has(line) && !landedAdds.has(line)),
      ...removed.filter((line) => !head.has(line) && before.has(line) && !landedRemoves.has(line)),
    ]
  })
}

/** Every line of every text file at a commit: `path`, a zero byte, the line. */
function filesOf(clone: FreshClone, commit: string): Set<string> {
  const found = clone.git(['grep', '-I', '--no-color', '-z', '--full-name', '-e', '', commit]).split('\n')
  return new Set(found.map((line) => line.slice(line.indexOf(':') + 1)))
}
