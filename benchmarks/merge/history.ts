import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** One file that both sides of a merge changed, with what people committed. */
export interface MergeCase {
  readonly id: string
  readonly path: string
  readonly base: Buffer
  readonly ours: Buffer
  readonly theirs: Buffer
  readonly human: Buffer
}

const MAX_FILES_OF_A_MERGE = 8

interface Entry {
  readonly mode: string
  readonly oid: string
}

/**
 * The cases of a repository's history: for each commit with two parents and one merge base, the regular files that both
 * sides changed and that the merge kept. Merges are visited in a fixed, scattered order, so that a limit samples the whole
 * history and two runs see the same cases.
 */
export async function* mergeCases(gitDirectory: string, max: number): AsyncGenerator<MergeCase> {
  const git = async (...args: string[]) =>
    (await run('git', ['--git-dir', gitDirectory, ...args], { maxBuffer: 1 << 30, encoding: 'utf8' })).stdout
  const log = await git('log', '--min-parents=2', '--max-parents=2', '--format=%H %P', '--all')
  const merges = log
    .trim()
    .split('\n')
    .filter((line) => line !== '')
  const blobs = new BlobReader(gitDirectory)
  let count = 0
  try {
    for (const line of scattered(merges)) {
      const [commit = '', ours = '', theirs = ''] = line.split(' ')
      const bases = (await git('merge-base', '--all', ours, theirs).catch(() => '')).trim().split('\n')
      const [base = ''] = bases
      if (bases.length !== 1 || base === '' || base === ours || base === theirs) continue
      const [left, right] = [await changed(git, base, ours), await changed(git, base, theirs)]
      const paths = [...left.keys()].filter(
        (path) => right.has(path) && right.get(path)?.[1].oid !== left.get(path)?.[1].oid,
      )
      if (paths.length === 0) continue
      const result = await tree(git, commit, paths)
      // One large merge must not outweigh a hundred small ones.
      for (const path of paths.sort().slice(0, MAX_FILES_OF_A_MERGE)) {
        const oids = [left.get(path)?.[0].oid, left.get(path)?.[1].oid, right.get(path)?.[1].oid, result.get(path)]
        const contents = await Promise.all(oids.map((oid) => blobs.read(oid)))
        const [baseText, oursText, theirsText, human] = contents
        if (baseText === undefined || oursText === undefined || theirsText === undefined || human === undefined)
          continue
        if (contents.some((content) => content?.includes(0))) continue
        yield { id: `${commit.slice(0, 12)}:${path}`, path, base: baseText, ours: oursText, theirs: theirsText, human }
        if (++count >= max) return
      }
    }
  } finally {
    blobs.close()
  }
}

/** A fixed order without a pattern: by a hash of each line. */
function scattered(lines: readonly string[]): string[] {
  const key = (text: string) => {
    let hash = 2166136261
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619)
    return hash >>> 0
  }
  return [...lines].sort((a, b) => key(a) - key(b))
}

type Git = (...args: string[]) => Promise<string>

/** Regular files modified between two commits: before and after. */
async function changed(git: Git, from: string, to: string): Promise<Map<string, [Entry, Entry]>> {
  const fields = (await git('diff-tree', '-r', '-z', '--no-renames', '--diff-filter=M', from, to)).split('\0')
  const found = new Map<string, [Entry, Entry]>()
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [mode = '', newMode = '', oid = '', newOid = ''] = (fields[at] ?? '').slice(1).split(' ')
    if (!mode.startsWith('100') || !newMode.startsWith('100')) continue
    found.set(fields[at + 1] ?? '', [
      { mode, oid },
      { mode: newMode, oid: newOid },
    ])
  }
  return found
}

async function tree(git: Git, commit: string, paths: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (let at = 0; at < paths.length; at += 200) {
    const text = await git('--literal-pathspecs', 'ls-tree', '-z', commit, '--', ...paths.slice(at, at + 200))
    for (const row of text.split('\0')) {
      const [, mode = '', oid = '', path = ''] = /^(\d+) blob ([0-9a-f]+)\t(.*)$/s.exec(row) ?? []
      if (mode.startsWith('100')) found.set(path, oid)
    }
  }
  return found
}

/** Reads blobs through one `git cat-file --batch`. */
class BlobReader {
  readonly #child
  #buffer = Buffer.alloc(0)
  #queue: Promise<unknown> = Promise.resolve()

  constructor(gitDirectory: string) {
    this.#child = spawn('git', ['--git-dir', gitDirectory, 'cat-file', '--batch'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
  }

  /** The blob's bytes; `undefined` where it is missing or not named. */
  read(oid: string | undefined): Promise<Buffer | undefined> {
    if (oid === undefined) return Promise.resolve(undefined)
    const answer = this.#queue.then(() => this.#read(oid))
    this.#queue = answer.catch(() => undefined)
    return answer
  }

  async #read(oid: string): Promise<Buffer | undefined> {
    this.#child.stdin.write(`${oid}\n`)
    let end = this.#buffer.indexOf(10)
    while (end < 0) {
      await this.#more()
      end = this.#buffer.indexOf(10)
    }
    const head = this.#buffer.subarray(0, end).toString()
    this.#buffer = this.#buffer.subarray(end + 1)
    const [, size] = /^\S+ blob (\d+)$/.exec(head) ?? []
    if (size === undefined) return undefined
    const parts = [this.#buffer]
    let have = this.#buffer.length
    while (have <= Number(size)) {
      const [chunk] = await once(this.#child.stdout, 'data')
      parts.push(chunk)
      have += chunk.length
    }
    const all = parts.length === 1 ? this.#buffer : Buffer.concat(parts)
    this.#buffer = all.subarray(Number(size) + 1)
    return Buffer.from(all.subarray(0, Number(size)))
  }

  async #more(): Promise<void> {
    const [chunk] = await once(this.#child.stdout, 'data')
    this.#buffer = Buffer.concat([this.#buffer, chunk])
  }

  close(): void {
    this.#child.stdin.end()
    this.#child.kill()
  }
}
