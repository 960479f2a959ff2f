import { execFileSync, spawn } from 'node:child_process'
import {
  appendFile,
  chmod,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectId } from '@patchlane/kernel'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { WorkspaceSession } from '../src/index.ts'
import { setUp } from './fixtures.ts'

let remove = async () => {}
afterEach(() => remove())

interface Place {
  at(path: string): string
  git(...args: string[]): string
  /** git's records of the worktree. */
  records: string
  /** The repository's own git folder. */
  common: string
  outside: string
}

const files = {
  '.gitignore': 'ignored/\n*.log\n',
  'a.txt': 'aaaa\n',
  'dir/b.txt': 'bbbb\n',
  'dir/deep/c.txt': 'cccc\n',
  'tool.sh': '#!/bin/sh\n',
  'other/d.txt': 'dddd\n',
}

/** What a careless or hostile holder leaves. */
const sabotage: Record<string, (place: Place) => Promise<unknown>> = {
  'ignored files': async ({ at }) => {
    await mkdir(at('ignored/deep'), { recursive: true })
    await writeFile(at('ignored/deep/x'), 'x')
    await writeFile(at('dir/x.log'), 'x')
  },
  'an empty folder': ({ at }) => mkdir(at('dir/empty/er'), { recursive: true }),
  'an edit': ({ at }) => writeFile(at('a.txt'), 'mine\n'),
  'an edit of the same length with the old time': async ({ at }) => {
    const { atime, mtime } = await lstat(at('dir/b.txt'))
    await writeFile(at('dir/b.txt'), 'evil\n')
    await utimes(at('dir/b.txt'), atime, mtime)
  },
  'a file that can be run': ({ at }) => chmod(at('a.txt'), 0o755),
  'a script that cannot': ({ at }) => chmod(at('tool.sh'), 0o600),
  'a folder that all can write': ({ at }) => chmod(at('dir'), 0o777),
  'a folder that nobody can read': ({ at }) => chmod(at('dir/deep'), 0o000),
  'a deletion': ({ at }) => unlink(at('dir/b.txt')),
  'a deleted folder': ({ at }) => rm(at('dir'), { recursive: true }),
  'a file where a folder was': async ({ at }) => {
    await rm(at('dir'), { recursive: true })
    await writeFile(at('dir'), 'x')
  },
  'a folder where a file was': async ({ at }) => {
    await unlink(at('a.txt'))
    await mkdir(at('a.txt/deep'), { recursive: true })
    await writeFile(at('a.txt/deep/x'), 'x')
  },
  'a link where a file was': async ({ at, outside }) => {
    await unlink(at('a.txt'))
    await symlink(join(outside, 'file'), at('a.txt'))
  },
  'the same folder behind a link': async ({ at, outside }) => {
    await rm(join(outside, 'moved'), { recursive: true, force: true })
    await rename(at('dir'), join(outside, 'moved'))
    await symlink(join(outside, 'moved'), at('dir'))
  },
  'a second name of a file': async ({ at, outside }) => {
    await rm(join(outside, 'name'), { force: true })
    await link(at('other/d.txt'), join(outside, 'name'))
    await appendFile(join(outside, 'name'), 'through it\n')
  },
  'a repository inside': async ({ at, git }) => {
    await mkdir(at('inner'), { recursive: true })
    git('init', '-q', 'inner')
    await writeFile(at('inner/x'), 'x')
    git('-C', 'inner', 'add', '.')
    git('-C', 'inner', '-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '-qm', 'x')
  },
  'a repository around tracked files': async ({ git, at }) => {
    if ((await lstat(at('other')).catch(() => undefined))?.isDirectory()) git('init', '-q', 'other')
  },
  'edits hidden from git': async ({ at, git }) => {
    git('update-index', '--assume-unchanged', 'a.txt')
    git('update-index', '--skip-worktree', 'tool.sh')
    await writeFile(at('a.txt'), 'hide\n')
    await writeFile(at('tool.sh'), '#!/bin/no\n')
  },
  'a commit on a branch': async ({ at, git }) => {
    await writeFile(at('other/d.txt'), 'mine\n')
    git('checkout', '-q', '-B', 'mine')
    git('-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '-qam', 'mine')
    await writeFile(at('staged'), 'x')
    git('add', 'staged')
  },
  'a broken index': ({ records }) => writeFile(join(records, 'index'), 'no index'),
  'locks of git': async ({ records }) => {
    await writeFile(join(records, 'index.lock'), '')
    await writeFile(join(records, 'HEAD.lock'), '')
  },
  'a merge under way': async ({ records, git }) => {
    await writeFile(join(records, 'MERGE_HEAD'), git('rev-parse', 'HEAD~0'))
    await mkdir(join(records, 'rebase-merge'), { recursive: true })
  },
  'configuration of its own': async ({ records, git }) => {
    await writeFile(join(records, 'config.worktree'), '[core]\n\tautocrlf = true\n\tsparseCheckout = true\n')
    await mkdir(join(records, 'info'), { recursive: true })
    await writeFile(join(records, 'info', 'sparse-checkout'), '/nothing\n')
    git('config', 'extensions.worktreeConfig', 'true')
  },
  'ignore rules for all': async ({ common, at }) => {
    await writeFile(join(common, 'info', 'exclude'), '*\n')
    await writeFile(at('hidden'), 'x')
  },
  'attributes for all': async ({ common, at }) => {
    // Left there they would hold for every checkout of the repository, and rightly so.
    const attributes = join(common, 'info', 'attributes')
    await writeFile(attributes, '*.txt text eol=crlf\n')
    try {
      await writeFile(at('a.txt'), 'one\r\n')
    } finally {
      await rm(attributes)
    }
  },
  'hooks for all': ({ common, at }) =>
    Promise.all(
      ['post-checkout', 'post-index-change', 'reference-transaction'].map((name) =>
        writeFile(join(common, 'hooks', name), `#!/bin/sh\necho > ${at('sprung')}\n`, { mode: 0o755 }),
      ),
    ),
  'another .git file': async ({ at }) => {
    await rm(at('.git'), { recursive: true })
    await writeFile(at('.git'), 'gitdir: /nowhere\n')
  },
  'a .git folder': async ({ at }) => {
    await rm(at('.git'), { recursive: true })
    await mkdir(at('.git/hooks'), { recursive: true })
  },
  'a name that looks like a setting of JavaScript': async ({ at }) => {
    await mkdir(at('__proto__/constructor'), { recursive: true })
    await writeFile(at('__proto__/constructor/x'), 'x')
  },
}

/** Everything in a folder but `.git`: permissions, and content or where a link leads. */
async function contents(directory: string, folder = ''): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const entry of await readdir(join(directory, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (path === '.git') continue
    const name = join(directory, path)
    const mode = ((await lstat(name)).mode & 0o7777).toString(8)
    if (entry.isDirectory()) Object.assign(found, { [`${path}/`]: mode }, await contents(directory, path))
    else found[path] = entry.isSymbolicLink() ? `-> ${await readlink(name)}` : `${mode} ${await readFile(name, 'utf8')}`
  }
  return found
}

/** A pool of one workspace, and what a new worktree of git's own would hold. */
async function pool() {
  const set = await setUp(files, { max: 1 })
  remove = set.remove
  const newer = await set.repo.commit({ 'a.txt': 'newer\n', 'dir/b.txt': null, 'more/e.txt': 'eeee\n' })
  const expected = new Map<ObjectId, Record<string, string>>()
  for (const commit of [set.head, newer]) {
    const plain = join(set.root, `plain-${commit}`)
    await set.repo.git('worktree', 'add', '-q', '--detach', plain, commit)
    expected.set(commit, await contents(plain))
  }
  const outside = join(set.root, 'outside')
  await mkdir(outside)
  await writeFile(join(outside, 'file'), 'not ours\n')
  const place = ({ directory, gitDirectory }: Pick<WorkspaceSession, 'directory' | 'gitDirectory'>): Place => ({
    at: (path) => join(directory, path),
    git: (...args) => execFileSync('git', args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' }),
    records: gitDirectory,
    common: set.repo.repository.commonDir,
    outside,
  })
  const judge = async (session: WorkspaceSession) => {
    expect(await contents(session.directory)).toEqual(expected.get(session.commit))
    const { git } = place(session)
    expect(git('rev-parse', 'HEAD').trim()).toBe(session.commit)
    expect(git('-c', 'core.sparseCheckout=false', 'diff-index', 'HEAD')).toBe('')
    expect(await session.capture()).toEqual([])
    expect(await readFile(join(outside, 'file'), 'utf8')).toBe('not ours\n')
  }
  return { ...set, newer, place, judge }
}

describe('a workspace is exactly the commit, whatever was left in it:', () => {
  it.each(Object.keys(sabotage))('%s', { timeout: 60_000 }, async (kind) => {
    const { manager, head, newer, place, judge } = await pool()
    const session = await manager.lease({ commit: head, holder: 'first' })
    await sabotage[kind]?.(place(session))
    await session.release()
    const again = await manager.lease({ commit: head, holder: 'second' })
    await judge(again)
    await sabotage[kind]?.(place(again))
    await again.release()
    const moved = await manager.lease({ commit: newer, holder: 'third' })
    await judge(moved)
    expect(moved.id).toBe(session.id)
  })

  it.each(Object.keys(sabotage))('%s, while nobody held it', { timeout: 60_000 }, async (kind) => {
    const { manager, head, newer, place, judge } = await pool()
    const session = await manager.lease({ commit: head, holder: 'first' })
    await session.release()
    await sabotage[kind]?.(place(session))
    const moved = await manager.lease({ commit: newer, holder: 'second' })
    await judge(moved)
  })

  it('any of it together', { timeout: 300_000 }, async () => {
    const { manager, head, newer, place, judge, root } = await pool()
    const left = fc.subarray(Object.keys(sabotage), { maxLength: 6 })
    const round = fc.record({ left, idle: left, forward: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 4 }), async (rounds) => {
        for (const { left, idle, forward } of rounds) {
          // What one holder put a link to, another may have written to.
          await writeFile(join(root, 'outside', 'file'), 'not ours\n')
          const session = await manager.lease({ commit: forward ? newer : head, holder: 'x' })
          try {
            await judge(session)
            // One may stand in the way of another.
            for (const kind of left) await sabotage[kind]?.(place(session)).catch(() => {})
          } finally {
            await session.release()
          }
          for (const kind of idle) await sabotage[kind]?.(place(session)).catch(() => {})
        }
      }),
      // A smaller case would begin in what the larger one left.
      { numRuns: Number(process.env.PATCHLANE_PROPERTY_RUNS ?? 5), endOnFailure: true },
    )
  })

  it('a process that goes on writing elsewhere in it', { timeout: 60_000 }, async () => {
    const { manager, head, newer, judge } = await pool()
    const session = await manager.lease({ commit: head, holder: 'first' })
    const writer = spawn(process.execPath, [
      '-e',
      `setInterval(() => { try { require('fs').writeFileSync(${JSON.stringify(join(session.directory, 'dir', 'b.txt'))}, String(Math.random())) } catch {} }, 1)`,
    ])
    const ended = new Promise((resolve) => writer.once('exit', resolve))
    await session.release()
    writer.kill('SIGKILL')
    await ended
    await judge(await manager.lease({ commit: newer, holder: 'second' }))
  })
})

it('takes new attributes to files that did not change', async () => {
  const { manager, repo, head, root } = await setUp({ 'a.txt': 'one\ntwo\n', 'b.bin': 'x\n' }, { max: 1 })
  remove = async () => repo.remove()
  const crlf = await repo.commit({ '.gitattributes': '*.txt text eol=crlf\n' })
  const read = (session: WorkspaceSession) => readFile(join(session.directory, 'a.txt'), 'utf8')
  for (const [commit, text] of [
    [head, 'one\ntwo\n'],
    [crlf, 'one\r\ntwo\r\n'],
    [head, 'one\ntwo\n'],
  ] as const) {
    const session = await manager.lease({ commit, holder: 'x' })
    expect(await read(session)).toBe(text)
    await session.release()
  }
  await writeFile(join(repo.repository.commonDir, 'info', 'attributes'), '*.txt text eol=crlf\n')
  expect(await read(await manager.lease({ commit: head, holder: 'x' }))).toBe('one\r\ntwo\r\n')
  await rm(root, { recursive: true, force: true })
})

it('empties the folders of submodules', async () => {
  const { manager, repo, remove: removeAll } = await setUp({ 'a.txt': 'a\n' }, { max: 1 })
  remove = removeAll
  await repo.git('update-index', '--add', '--cacheinfo', `160000,${await repo.repository.resolve('HEAD')},lib/sub`)
  await repo.git('-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '-qm', 'submodule')
  const commit = await repo.repository.resolve('HEAD')
  const session = await manager.lease({ commit, holder: 'x' })
  await writeFile(join(session.directory, 'lib/sub/left'), 'x')
  await session.release()
  const again = await manager.lease({ commit, holder: 'y' })
  expect(again.id).toBe(session.id)
  expect(await readdir(join(again.directory, 'lib/sub'))).toEqual([])
})
