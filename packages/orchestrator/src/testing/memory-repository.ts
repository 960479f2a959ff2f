import {
  contentHash,
  type FileChange,
  type FileVersion,
  type ObjectId,
  objectIdSchema,
  type Patch,
  type PatchId,
  parseRepoPath,
  type QueuedPatch,
  repoIdSchema,
  sha256,
  type TargetName,
  targetNameSchema,
  type VerdictInput,
  verdictSchema,
  workspaceIdSchema,
} from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'
import type { AgentWorkspaces, LeasedWorkspace } from '../ports/agent-workspaces.ts'
import type { ContextProvider } from '../ports/context-provider.ts'
import type { Merger, MergerAnswer } from '../ports/merger.ts'
import type { PatchDesk } from '../ports/patch-desk.ts'
import type { TargetReader } from '../ports/target-reader.ts'

type Tree = ReadonlyMap<string, FileVersion>

/** Decides on a patch that could land; undefined lets it land. */
export type Judge = (patch: Patch, head: ObjectId) => VerdictInput | undefined | Promise<VerdictInput | undefined>

/**
 * A repository with one branch, its queue and its workspaces, all in memory: what the orchestrator sees of the rest of the house. A patch
 * lands if each file it touches is at the head as it was at its base; else it is conflicted, with both sides.
 */
export class MemoryRepository implements TargetReader, AgentWorkspaces, ContextProvider, PatchDesk, Merger {
  readonly repoId = repoIdSchema.parse('repo')
  readonly target: TargetName = targetNameSchema.parse('refs/heads/main')
  /** Commits in landing order. */
  readonly history: ObjectId[]
  readonly patches = new Map<PatchId, QueuedPatch>()
  /** Workspaces that were leased and not given back. */
  leased = 0
  peakLeased = 0
  readonly #trees = new Map<ObjectId, Tree>()
  readonly #workspaces = new Map<string, Map<string, FileVersion>>()
  readonly #judge: Judge
  readonly #answers = new Map<PatchId, PromiseWithResolvers<void>>()

  constructor(files: Record<string, string>, judge: Judge = () => undefined) {
    this.#judge = judge
    const first = commitId('first')
    this.history = [first]
    this.#trees.set(first, new Map(Object.entries(files).map(([path, text]) => [path, versionOf(text)])))
  }

  async head(): Promise<ObjectId> {
    return this.history[this.history.length - 1] ?? commitId('first')
  }

  async resolve(revision: string): Promise<ObjectId> {
    const found = this.history.find((commit) => commit === revision)
    if (found === undefined) throw new Error(`no commit ${revision}`)
    return found
  }

  async read(commit: ObjectId, path: string): Promise<FileVersion | null> {
    return this.#tree(commit).get(path) ?? null
  }

  async text(path: string, commit?: ObjectId): Promise<string | undefined> {
    const version = await this.read(commit ?? (await this.head()), path)
    return version === null ? undefined : new TextDecoder().decode(version.content)
  }

  async context({ commit, files }: Parameters<ContextProvider['context']>[0]) {
    return {
      stamp: { repoId: this.repoId, commit, indexVersion: null },
      text: '',
      readSet: { paths: files.map(parseRepoPath), complete: false },
    }
  }

  async lease({ commit, holder }: Parameters<AgentWorkspaces['lease']>[0]): Promise<LeasedWorkspace> {
    const id = workspaceIdSchema.parse(`${holder}#${this.#workspaces.size}`)
    const directory = `/memory/${id}`
    this.#workspaces.set(directory, new Map(this.#tree(commit)))
    this.leased += 1
    this.peakLeased = Math.max(this.peakLeased, this.leased)
    return {
      id,
      directory,
      commit,
      capture: async () => changesBetween(this.#tree(commit), this.files(directory)),
      heartbeat: async () => {},
      release: async () => {
        this.leased -= 1
      },
    }
  }

  /** The files of a workspace, to write to. */
  files(directory: string): Map<string, FileVersion> {
    const files = this.#workspaces.get(directory)
    if (files === undefined) throw new Error(`no workspace ${directory}`)
    return files
  }

  async find(patchId: PatchId): Promise<QueuedPatch | undefined> {
    return this.patches.get(patchId)
  }

  async propose(patch: Patch): Promise<QueuedPatch> {
    const known = this.patches.get(patch.patchId)
    if (known !== undefined) return known
    const now = Date.now()
    const queued: QueuedPatch = {
      patch,
      seq: this.patches.size + 1,
      status: 'queued',
      contentHash: contentHash(patch),
      verdict: null,
      parkedFor: null,
      approved: false,
      createdAt: now,
      updatedAt: now,
      settledAt: null,
    }
    this.patches.set(patch.patchId, queued)
    return queued
  }

  async settled(patchId: PatchId, options: Parameters<PatchDesk['settled']>[1]): Promise<QueuedPatch> {
    for (;;) {
      options.signal.throwIfAborted()
      const queued = this.patches.get(patchId)
      if (queued === undefined) throw new Error(`no patch ${patchId}`)
      const answered = queued.status === 'awaiting_approval' ? !options.waitForApproval : queued.status !== 'queued'
      if (answered) {
        options.onMove?.(queued)
        return queued
      }
      if (queued.status === 'queued') await this.#decide(queued)
      else await answeredOrAborted(this.#answer(patchId).promise, options.signal)
    }
  }

  /** Joins parts that touch different files; the same file twice is a conflict. */
  async merge({ parts }: Parameters<Merger['merge']>[0]): Promise<MergerAnswer> {
    const changes = parts.flatMap((part) => part.changes)
    const twice = changes.filter(({ path }, index) => changes.findIndex((other) => other.path === path) < index)
    if (twice.length === 0) return { clean: true, changes }
    return { clean: false, conflicts: twice.map(({ path }) => ({ path, kind: 'content', message: 'changed twice' })) }
  }

  /** A person says yes: the patch re-enters and lands. */
  approve(patchId: PatchId): void {
    const queued = this.patches.get(patchId)
    if (queued !== undefined) this.patches.set(patchId, { ...queued, status: 'queued', approved: true })
    this.#answer(patchId).resolve()
  }

  async #decide(queued: QueuedPatch): Promise<void> {
    const head = await this.head()
    const base = queued.patch.base.commit
    const moved = queued.patch.changes.filter(
      ({ path }) => this.#tree(base).get(path)?.oid !== this.#tree(head).get(path)?.oid,
    )
    const stamp = { repoId: this.repoId, commit: head, indexVersion: null }
    const input: VerdictInput | undefined =
      moved.length > 0
        ? {
            status: 'conflicted',
            code: 'MERGE_CONFLICT',
            message: `${moved.map(({ path }) => path).join(', ')} changed on both sides.`,
            conflicts: await Promise.all(
              moved.map(async (change) => ({
                path: change.path,
                kind: 'content',
                message: 'both sides changed it',
                base: (await this.text(change.path, base)) ?? null,
                ours: (await this.text(change.path, head)) ?? null,
                theirs: change.kind === 'delete' ? null : new TextDecoder().decode(change.after.content),
              })),
            ),
          }
        : queued.approved
          ? undefined
          : await this.#judge(queued.patch, head)
    // While the judge thought, another may have decided or landed.
    if (this.patches.get(queued.patch.patchId)?.status !== 'queued' || (await this.head()) !== head) return
    const verdict = verdictSchema.parse({
      ...(input ?? {
        status: 'landed',
        code: 'LANDED',
        message: 'Landed.',
        landedCommit: this.#land(queued.patch, head),
      }),
      head: input?.head ?? stamp,
    })
    const now = Date.now()
    const settledAt = verdict.status === 'awaiting_approval' ? null : now
    const parkedFor = settledAt === null ? 'approval' : null
    this.patches.set(queued.patch.patchId, {
      ...queued,
      status: verdict.status,
      verdict,
      parkedFor,
      settledAt,
      updatedAt: now,
    })
  }

  #land(patch: Patch, head: ObjectId): ObjectId {
    const tree = new Map(this.#tree(head))
    for (const change of patch.changes) {
      if (change.kind === 'rename') tree.delete(change.from)
      if (change.kind === 'delete') tree.delete(change.path)
      else tree.set(change.path, change.after)
    }
    const commit = commitId(`${head} ${patch.patchId}`)
    this.#trees.set(commit, tree)
    this.history.push(commit)
    return commit
  }

  #tree(commit: ObjectId): Tree {
    const tree = this.#trees.get(commit)
    if (tree === undefined) throw new Error(`no commit ${commit}`)
    return tree
  }

  #answer(patchId: PatchId): PromiseWithResolvers<void> {
    const answer = this.#answers.get(patchId) ?? Promise.withResolvers<void>()
    this.#answers.set(patchId, answer)
    return answer
  }
}

async function answeredOrAborted(answer: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  await Promise.race([answer, promise])
}

function commitId(seed: string): ObjectId {
  return objectIdSchema.parse(sha256(seed).slice(0, 40))
}

function changesBetween(before: Tree, after: Tree): FileChange[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  return paths.flatMap((text): FileChange[] => {
    const path = parseRepoPath(text)
    const [was, is] = [before.get(text), after.get(text)]
    if (was === undefined) return is === undefined ? [] : [{ kind: 'create', path, after: is }]
    if (is === undefined) return [{ kind: 'delete', path, before: was }]
    return was.oid === is.oid && was.mode === is.mode ? [] : [{ kind: 'modify', path, before: was, after: is }]
  })
}
