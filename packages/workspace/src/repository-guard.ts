import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitRepository } from '@patchlane/git'
import { sha256 } from '@patchlane/kernel'

/** What an agent must not have touched: each thing by name, with a digest or object id. */
export interface RepositorySnapshot {
  readonly refs: Readonly<Record<string, string>>
  /** Configuration, hooks, attributes, alternates: what can make git run or read something else. */
  readonly files: Readonly<Record<string, string>>
}

export interface RepositoryDifference {
  kind: 'ref' | 'file'
  /** The full name of the ref, or the path inside git's folder. */
  name: string
  before: string | null
  after: string | null
}

export interface RepositoryGuardOptions {
  repository: GitRepository
  /** Refs that others move in the meantime: the target, remote branches, our own. @default refs/patchlane/ and refs/remotes/ */
  ignoreRef?: (ref: string) => boolean
}

const files = [
  'config',
  'config.worktree',
  'info/attributes',
  'info/exclude',
  'info/grafts',
  'objects/info/alternates',
  'HEAD',
  'shallow',
]

/**
 * Compares a repository's refs, configuration and hooks before and after an agent ran, where the system could not show them to it
 * read-only. It tells what changed, not who did it: keep the refs that others may move out by `ignoreRef`.
 */
export class RepositoryGuard {
  readonly #repository: GitRepository
  readonly #ignoreRef: (ref: string) => boolean

  constructor(options: RepositoryGuardOptions) {
    this.#repository = options.repository
    this.#ignoreRef = options.ignoreRef ?? ((ref) => /^refs\/(?:patchlane|remotes)\//.test(ref))
  }

  async snapshot(): Promise<RepositorySnapshot> {
    const { commonDir } = this.#repository
    const { stdout } = await this.#repository.git({
      args: ['for-each-ref', '--format=%(refname) %(objectname) %(symref)'],
      cwd: commonDir,
    })
    const refs: Record<string, string> = {}
    for (const line of stdout.split('\n')) {
      const blank = line.indexOf(' ')
      const ref = line.slice(0, blank)
      if (blank > 0 && !this.#ignoreRef(ref)) refs[ref] = line.slice(blank + 1).trim()
    }
    const hooks = (await readdir(join(commonDir, 'hooks')).catch(() => [])).map((name) => `hooks/${name}`)
    const digests: Record<string, string> = {}
    for (const name of [...files, ...hooks]) {
      const digest = await digestOf(join(commonDir, name))
      if (digest !== undefined) digests[name] = digest
    }
    return { refs, files: digests }
  }

  /** What differs from an earlier snapshot now; empty when all is as it was. */
  async compare(before: RepositorySnapshot): Promise<RepositoryDifference[]> {
    const after = await this.snapshot()
    return [...differences('ref', before.refs, after.refs), ...differences('file', before.files, after.files)]
  }
}

function differences(
  kind: RepositoryDifference['kind'],
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): RepositoryDifference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => ({ kind, name, before: before[name] ?? null, after: after[name] ?? null }))
}

/** Content and whether it can be run; undefined when there is no such file. */
async function digestOf(file: string): Promise<string | undefined> {
  const [content, { mode } = { mode: 0 }] = await Promise.all([
    readFile(file).catch(() => undefined),
    stat(file).catch(() => undefined),
  ])
  return content === undefined ? undefined : `${sha256(content)}${mode & 0o111 ? ' runs' : ''}`
}
