import type { GitRepository } from '@patchlane/git'
import type { FileConflict } from '@patchlane/kernel'
import type { Merger, MergerAnswer, MergerRequest } from '@patchlane/orchestrator'

/** Joins the parts of a group with git's own merge, one after the other, in the order of the plan. */
export class GroupMerger implements Merger {
  readonly #git: GitRepository

  constructor(git: GitRepository) {
    this.#git = git
  }

  async merge({ base, parts, signal }: MergerRequest): Promise<MergerAnswer> {
    const baseTree = await this.#git.treeOf(base)
    let joined = baseTree
    for (const part of parts) {
      const theirs = await this.#git.applyChanges(baseTree, part.changes)
      const outcome = await this.#git.mergeTrees({ base: baseTree, ours: joined, theirs, signal })
      if (!outcome.clean) return { clean: false, conflicts: await this.#conflicts(outcome) }
      joined = outcome.tree
    }
    return { clean: true, changes: await this.#git.changesBetween(baseTree, joined) }
  }

  async #conflicts({ tree, conflicts }: Awaited<ReturnType<GitRepository['mergeTrees']>>): Promise<FileConflict[]> {
    return Promise.all(
      conflicts.map(async ({ path, kind, base, ours, theirs, messages }) => {
        const [marked, ...sides] = await Promise.all([
          this.#git.readFile(tree, path).then((file) => (file === null ? null : textOf(file.content))),
          ...[base, ours, theirs].map(async (stage) =>
            stage === null ? null : textOf(await this.#git.readBlob(stage.oid)),
          ),
        ])
        const message = messages[0] ?? `Two parts of the group change ${path} in ways that cannot be joined.`
        return {
          path,
          kind,
          message,
          base: sides[0] ?? null,
          ours: sides[1] ?? null,
          theirs: sides[2] ?? null,
          ...(marked === null ? {} : { marked }),
        }
      }),
    )
  }
}

function textOf(content: Uint8Array): string {
  return Buffer.from(content).toString('utf8')
}
