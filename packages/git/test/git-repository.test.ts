import { access, chmod, chown, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { assertGitVersion, GitRepository } from '../src/index.ts'
import { type TemporaryRepository, temporaryRepository } from '../src/testing/index.ts'

const open: TemporaryRepository[] = []
async function repositoryWith(files?: Record<string, string | Uint8Array>): Promise<TemporaryRepository> {
  const made = await temporaryRepository(files)
  open.push(made)
  return made
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.remove()
})
const author = { name: 'A', email: 'a@example.com', at: 1_700_000_000_000 }

describe('opening', () => {
  it('finds the repository from a folder inside it', async () => {
    const { directory, commit } = await repositoryWith()
    await commit({ 'deep/er/file.txt': 'x' })
    const repository = await GitRepository.open(join(directory, 'deep/er'))
    expect(repository).toMatchObject({ workTree: directory, gitDir: join(directory, '.git'), objectFormat: 'sha1' })
    await repository.close()
  })

  it.skipIf(process.platform === 'win32')('takes none for bare whose worktree git cannot find just now', async () => {
    const { directory } = await repositoryWith({ a: 'a\n' })
    const tools = await mkdtemp(join(tmpdir(), 'patchlane-tools-'))
    const path = process.env.PATH ?? ''
    const script = `#!/bin/sh
case "$*" in
  *--show-toplevel*) PATH='${path}' git rev-parse --path-format=absolute --git-dir --git-common-dir --git-path objects --show-object-format
    echo 'fatal: Invalid path: Input/output error' >&2; exit 128 ;;
  *) PATH='${path}' exec git "$@" ;;
esac
`
    await writeFile(join(tools, 'git'), script, { mode: 0o755 })
    try {
      process.env.PATH = `${tools}:${path}`
      await expect(GitRepository.open(directory)).rejects.toMatchObject({ code: 'GIT_NOT_A_REPOSITORY' })
    } finally {
      process.env.PATH = path
      await rm(tools, { recursive: true })
    }
  })

  it('mends what a power cut took of its own folder', async () => {
    const { directory, commit } = await repositoryWith({ a: 'a\n' })
    await commit({ a: 'b\n' })
    const isFirstBefore = async () => {
      const repository = await GitRepository.open(directory)
      try {
        return await repository.isAncestor(await repository.resolve('HEAD~1'), await repository.resolve('HEAD'))
      } finally {
        await repository.close()
      }
    }
    expect(await isFirstBefore()).toBe(true)
    const place = join(directory, '.git/patchlane/private')
    for (const name of await readdir(place)) {
      // The names are there, and what the files held is not; or there is a name alone.
      await truncate(join(place, name, 'HEAD'))
      await rm(join(place, name, 'info'), { recursive: true })
    }
    expect(await isFirstBefore()).toBe(true)
  })

  it('opens a bare repository', async () => {
    const { directory, git } = await repositoryWith()
    await git('clone', '--quiet', '--bare', '.', 'bare.git')
    const repository = await GitRepository.open(join(directory, 'bare.git'))
    expect(repository.workTree).toBeNull()
    expect(await repository.resolve('main')).toMatch(/^[0-9a-f]{40}$/)
    await repository.close()
  })

  it('says so when there is no repository', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'patchlane-none-'))
    await expect(GitRepository.open(directory)).rejects.toMatchObject({ code: 'GIT_NOT_A_REPOSITORY', kind: 'usage' })
    await expect(GitRepository.open(join(directory, 'nowhere'))).rejects.toMatchObject({ code: 'GIT_NOT_A_REPOSITORY' })
    await rm(directory, { recursive: true })
  })

  it('refuses an old git', () => {
    expect(assertGitVersion('git version 2.39.5')).toBe('2.39.5')
    expect(assertGitVersion('git version 3.0.0.windows.1')).toBe('3.0.0')
    expect(() => assertGitVersion('git version 2.37.9')).toThrowError(/2\.37\.9 is too old: 2\.38/)
  })
})

describe('objects', () => {
  it('reads what git wrote, and git reads what is written here', async () => {
    const { repository, git, commit } = await repositoryWith()
    const bytes = Buffer.from([0, 1, 2, 255, 10, 13])
    const first = await commit({ 'dir/binary': bytes, 'dir.x': 'between dir and dir/' })
    expect(await repository.readBlob(`${first}:dir/binary`)).toEqual(bytes)
    const oid = await repository.writeBlob(Buffer.from('new\n'))
    const tree = await repository.writeTree(await repository.treeOf(first), [
      { path: 'dir/sub/new.sh', entry: { mode: '100755', oid } },
      { path: 'file.txt', entry: null },
    ])
    const made = await repository.commitTree({ tree, parents: [first], message: 'Made here', author })
    await repository.updateRefs([{ kind: 'update', ref: 'refs/heads/made', new: made, old: null }], { message: 'test' })
    expect(await git('fsck', '--strict', '--no-dangling')).toBe('')
    expect(await git('ls-tree', '-r', '--name-only', 'made')).toBe('dir.x\ndir/binary\ndir/sub/new.sh\n')
    expect(await repository.readCommit('made')).toMatchObject({ oid: made, tree, message: 'Made here\n', author })
    expect(await repository.findEntry('made', 'dir/sub/new.sh')).toMatchObject({ mode: '100755', oid })
    expect(await repository.readFile('made', 'file.txt')).toBeNull()
  })

  it('reads many and large objects through one process', async () => {
    const { repository } = await repositoryWith()
    const large = Buffer.alloc(3_000_000, 'abcdefg\n')
    const contents = [large, Buffer.from('a'), Buffer.alloc(0), large.subarray(1), Buffer.from('b\n')]
    const oids = await Promise.all(contents.map((content) => repository.writeBlob(content)))
    const read = await repository.readBlobs([...oids, ...oids])
    expect(read.every((bytes, n) => bytes.equals(contents[n % contents.length] ?? Buffer.from('?')))).toBe(true)
  })

  it('sees objects and refs that appear later, and names what is not there', async () => {
    const { repository, commit } = await repositoryWith()
    const before = await repository.resolve('HEAD')
    const after = await commit({ 'file.txt': 'two\n' })
    expect(after).not.toBe(before)
    expect(await repository.resolve('main')).toBe(after)
    expect(await repository.tryResolve('no such thing')).toBeUndefined()
    await expect(repository.resolve('f'.repeat(40))).rejects.toMatchObject({ code: 'GIT_OBJECT_NOT_FOUND' })
    await expect(repository.resolve('a\nb')).rejects.toMatchObject({ code: 'GIT_OBJECT_NOT_FOUND' })
  })

  it('goes on after its process was ended', async () => {
    const { repository } = await repositoryWith()
    await repository.resolve('HEAD')
    await repository.close()
    expect(await repository.resolve('HEAD')).toMatch(/^[0-9a-f]{40}$/)
  })

  it('refuses a path that would be a file and a folder', async () => {
    const { repository } = await repositoryWith()
    const oid = await repository.writeBlob(Buffer.from('x'))
    const tree = await repository.treeOf('HEAD')
    const under = { path: 'file.txt/inside', entry: { mode: '100644' as const, oid } }
    await expect(repository.writeTree(tree, [under])).rejects.toMatchObject({ code: 'GIT_TREE_CONFLICT' })
    const replaced = await repository.writeTree(tree, [{ path: 'file.txt', entry: null }, under])
    expect((await repository.listTree(replaced)).map((file) => file.path)).toEqual(['file.txt/inside'])
  })
})

describe('changes', () => {
  it('describes a difference so that applying it gives the other tree', async () => {
    const { repository, commit, directory } = await repositoryWith({
      'a.txt': 'one\ntwo\nthree\nfour\n',
      gone: 'gone\n',
      'ünïcode name': 'x\n',
    })
    const before = await repository.resolve('HEAD')
    await symlink('a.txt', join(directory, 'link'))
    await writeFile(join(directory, 'tool'), '#!/bin/sh\n')
    await chmod(join(directory, 'tool'), 0o755)
    const after = await commit({
      'a.txt': null,
      'moved/b.txt': 'one\ntwo\nthree\nfour!\n',
      gone: null,
      'ünïcode name': Buffer.from([0, 200, 1]),
    })
    const changes = await repository.changesBetween(before, after)
    expect(changes.map((change) => [change.kind, change.path])).toEqual([
      ['delete', 'gone'],
      ['create', 'link'],
      ['rename', 'moved/b.txt'],
      ['create', 'tool'],
      ['modify', 'ünïcode name'],
    ])
    expect(await repository.applyChanges(await repository.treeOf(before), changes)).toBe(await repository.treeOf(after))
    expect(await repository.changesBetween(before, before)).toEqual([])
  })

  it('refuses a submodule', async () => {
    const { repository, git } = await repositoryWith()
    const before = await repository.resolve('HEAD')
    await git('update-index', '--add', '--cacheinfo', `160000,${before},sub`)
    await git('commit', '--quiet', '-m', 'sub')
    await expect(repository.changesBetween(before, 'HEAD')).rejects.toMatchObject({ code: 'GIT_UNSUPPORTED_ENTRY' })
  })

  it('lists uncommitted work', async () => {
    const { repository, write, git } = await repositoryWith({ a: '1\n', b: '1\n', '.gitignore': 'ignored\n' })
    await write('a', '2\n')
    await write('new dir/file', 'x')
    await write('ignored', 'x')
    await write('staged', 'x')
    await git('add', 'staged')
    const entries = await repository.status()
    expect(entries.map(({ path, index, workTree }) => `${index}${workTree} ${path}`).sort()).toEqual([
      '.M a',
      '?? new dir/file',
      'A. staged',
    ])
    expect((await repository.status({ ignored: true })).some((entry) => entry.path === 'ignored')).toBe(true)
  })

  it('tells history with trailers', async () => {
    const { repository, commit } = await repositoryWith()
    const first = await repository.resolve('HEAD')
    await commit({ 'file.txt': 'two\n' }, 'Second\n\nBody.\n\nPatchlane-Patch: 1\nPatchlane-Agent: a')
    const [entry, ...rest] = await repository.log({ to: 'main', after: first })
    expect(rest).toEqual([])
    expect(entry?.subject).toBe('Second')
    expect(entry?.trailers.get('Patchlane-Patch')).toEqual(['1'])
    expect(await repository.isAncestor(first, await repository.resolve('main'))).toBe(true)
    expect(await repository.isAncestor(await repository.resolve('main'), first)).toBe(false)
  })
})

describe('merging', () => {
  const lines = (...changed: string[]) =>
    `${['1', '2', '3', '4', '5', '6', '7'].map((n) => changed.find((c) => c.startsWith(n)) ?? n).join('\n')}\n`

  it('merges both sides, renames included, without a worktree', async () => {
    const { repository, git, commit } = await repositoryWith({ a: lines(), b: 'b\n' })
    const base = await repository.resolve('HEAD')
    const ours = await commit({ a: null, renamed: lines('1 ours') })
    await git('checkout', '--quiet', '--detach', base)
    const theirs = await commit({ a: lines('7 theirs') })
    const merged = await repository.mergeCommits(ours, theirs)
    expect(merged).toMatchObject({ clean: true, conflicts: [] })
    expect((await repository.readBlob(`${merged.tree}:renamed`)).toString()).toBe(lines('1 ours', '7 theirs'))
    expect(await repository.mergeTrees({ base, ours, theirs })).toMatchObject({ clean: true, tree: merged.tree })
  })

  it('names each kind of conflict with its sides', async () => {
    const { repository, git, commit } = await repositoryWith({ content: '1\n', gone: '1\n2\n3\n' })
    const base = await repository.resolve('HEAD')
    const ours = await commit({ content: 'ours\n', both: 'ours\n', gone: null })
    await git('checkout', '--quiet', '--force', '--detach', base)
    const theirs = await commit({ content: 'theirs\n', both: 'theirs\n', gone: '1\n2\n3 changed\n' })
    const merged = await repository.mergeCommits(ours, theirs)
    expect(merged.clean).toBe(false)
    const found = Object.fromEntries(merged.conflicts.map((conflict) => [conflict.path, conflict]))
    expect(found.content).toMatchObject({ kind: 'content', base: { mode: '100644' } })
    expect(found.both).toMatchObject({ kind: 'add/add', base: null })
    expect(found.gone).toMatchObject({ kind: 'modify/delete', ours: null })
    expect((await repository.readBlob(`${merged.tree}:content`)).toString()).toContain('<<<<<<<')
  })

  it('obeys committed attributes, in sub-folders too, and neither uncommitted ones nor the drivers of the repository', async () => {
    const { repository, git, commit, write, directory } = await repositoryWith({
      'sub/.gitattributes': 'log merge=union\n',
      'sub/deep/log': 'a\n',
      driven: 'a\n',
      '.gitattributes': 'driven merge=mine\n',
    })
    await git('config', 'merge.mine.driver', `touch ${directory}/ran; cp %B %A`)
    const base = await repository.resolve('HEAD')
    const ours = await commit({ 'sub/deep/log': 'a\nours\n', driven: 'ours\n' })
    await git('checkout', '--quiet', '--detach', base)
    const theirs = await commit({ 'sub/deep/log': 'a\ntheirs\n', driven: 'theirs\n' })
    await write('.gitattributes', 'driven merge=union\n')
    const merged = await repository.mergeCommits(ours, theirs)
    expect(merged.conflicts.map((conflict) => conflict.path)).toEqual(['driven'])
    expect((await repository.readBlob(`${merged.tree}:sub/deep/log`)).toString()).toBe('a\nours\ntheirs\n')
    await expect(access(join(directory, 'ran'))).rejects.toThrow()
  })
})

describe('refs', () => {
  it('moves a ref only from where it is expected, and leaves no lock', async () => {
    const { repository, commit, directory } = await repositoryWith()
    const first = await repository.resolve('HEAD')
    const second = await commit({ 'file.txt': 'two\n' })
    const ref = 'refs/heads/side'
    await repository.updateRefs([{ kind: 'update', ref, new: first, old: null }], { message: 'test' })
    await expect(
      repository.updateRefs([{ kind: 'update', ref, new: second, old: second }], { message: 'test' }),
    ).rejects.toMatchObject({ code: 'GIT_REF_MOVED' })
    await expect(
      repository.updateRefs(
        [
          { kind: 'verify', ref: 'refs/heads/main', old: first },
          { kind: 'update', ref, new: second, old: first },
        ],
        { message: 'test' },
      ),
    ).rejects.toMatchObject({ code: 'GIT_REF_MOVED' })
    expect(await repository.resolve(ref)).toBe(first)
    await writeFile(join(directory, '.git/refs/heads/side.lock'), '')
    const locked = repository.updateRefs([{ kind: 'update', ref, new: second, old: first }], { message: 'test' })
    await expect(locked).rejects.toMatchObject({ code: 'GIT_REF_LOCKED' })
    await rm(join(directory, '.git/refs/heads/side.lock'))
    await repository.updateRefs([{ kind: 'update', ref, new: null, old: first }], { message: 'test' })
    expect(await repository.tryResolve(ref)).toBeUndefined()
  })

  it('does nothing when the transaction ends without a commit', async () => {
    const { repository, commit } = await repositoryWith()
    const first = await repository.resolve('HEAD')
    await commit({ 'file.txt': 'two\n' })
    const transaction = await repository.beginRefTransaction({ message: 'test' })
    await transaction.prepare([{ kind: 'update', ref: 'refs/heads/side', new: first, old: null }])
    await transaction.abort()
    expect(await repository.tryResolve('refs/heads/side')).toBeUndefined()
  })

  it('begins a transaction whose git was started ahead, once, and anew where that one has died', async () => {
    const { repository } = await repositoryWith()
    const first = await repository.resolve('HEAD')
    const ref = 'refs/heads/side'
    const options = { message: 'test' }
    await repository.readyRefTransaction(options)
    await repository.readyRefTransaction(options)
    const ahead = await repository.beginRefTransaction(options)
    const other = await repository.beginRefTransaction(options)
    expect(other.pid).not.toBe(ahead.pid)
    await other.abort()
    await ahead.prepare([{ kind: 'update', ref, new: first, old: null }])
    await ahead.commit()
    expect(await repository.resolve(ref)).toBe(first)
    await repository.readyRefTransaction(options)
    const dead = await repository.beginRefTransaction(options)
    await repository.readyRefTransaction({ message: 'another' })
    await dead.abort()
    expect(dead.running).toBe(false)
    await repository.updateRefs([{ kind: 'update', ref, new: null, old: first }], options)
    expect(await repository.tryResolve(ref)).toBeUndefined()
  })

  it.skipIf(process.platform === 'win32')(
    'has a command wait for its last arguments, which runs only with them',
    async () => {
      const { repository } = await repositoryWith()
      const first = await repository.resolve('HEAD')
      const start = async (ref: string) => {
        const waiting = await repository.waitingGit({ args: ['update-ref', ref] })
        if (waiting === undefined) throw new Error('no shell')
        return waiting
      }
      const waiting = await start('refs/heads/side')
      await waiting.run([first], { timeoutMs: 10_000 })
      expect(await repository.tryResolve('refs/heads/side')).toBe(first)
      const refused = await start('refs/heads/..')
      await expect(refused.run([first], { timeoutMs: 10_000 })).rejects.toThrow(/refs\/heads\/\.\./)
      const stopped = await start('refs/heads/never')
      await stopped.stop()
      const closed = await start('refs/heads/never')
      await repository.close()
      expect([waiting.running, refused.running, stopped.running, closed.running]).toEqual([false, false, false, false])
      expect(await repository.tryResolve('refs/heads/never')).toBeUndefined()
    },
  )

  it('runs no hook', async () => {
    const { repository, directory } = await repositoryWith()
    const hook = join(directory, '.git/hooks/reference-transaction')
    await writeFile(hook, `#!/bin/sh\ntouch ${directory}/ran\n`)
    await chmod(hook, 0o755)
    const first = await repository.resolve('HEAD')
    await repository.updateRefs([{ kind: 'update', ref: 'refs/heads/side', new: first, old: null }], { message: 't' })
    await expect(access(join(directory, 'ran'))).rejects.toThrow()
  })
})

describe('a folder without a repository of ours', () => {
  it('is told from none at all', async () => {
    await expect(GitRepository.open('/nowhere/at/all')).rejects.toMatchObject({
      message: 'There is no folder /nowhere/at/all.',
    })
  })

  it.skipIf(process.getuid?.() !== 0)('is told from the repository of somebody else', async () => {
    const { directory } = await repositoryWith()
    await chown(directory, 65_534, 65_534)
    await chown(join(directory, '.git'), 65_534, 65_534)
    await expect(GitRepository.open(directory)).rejects.toMatchObject({
      code: 'GIT_FOREIGN_REPOSITORY',
      remedy: expect.stringContaining('safe.directory'),
    })
  })
})

describe('worktrees', () => {
  it('makes twenty at once, each complete, and removes them without trace', async () => {
    const { repository, directory, git } = await repositoryWith({ a: 'a\n', 'b/c': 'c\n' })
    const commit = await repository.resolve('HEAD')
    const root = await mkdtemp(join(tmpdir(), 'patchlane-trees-'))
    const folders = Array.from({ length: 20 }, (_, n) => join(root, `tree ${n}`, 'same'))
    await Promise.all(folders.map((folder) => repository.worktrees.add({ directory: folder, commit })))
    for (const folder of folders) {
      expect(await readFile(join(folder, 'b/c'), 'utf8')).toBe('c\n')
      expect(await repository.status({ directory: folder })).toEqual([])
    }
    expect(await repository.worktrees.list()).toHaveLength(21)
    await Promise.all(folders.map((folder) => repository.worktrees.remove(folder)))
    expect(await repository.worktrees.list()).toMatchObject([{ directory, branch: 'refs/heads/main', locked: null }])
    expect(await git('branch', '--list')).toBe('* main\n')
    await rm(root, { recursive: true })
  })

  it('locks and unlocks', async () => {
    const { repository, directory } = await repositoryWith()
    const commit = await repository.resolve('HEAD')
    const folder = join(directory, '.git', 'kept')
    await repository.worktrees.add({ directory: folder, commit, lockReason: 'in use' })
    expect((await repository.worktrees.list())[1]).toMatchObject({ directory: folder, commit, locked: 'in use' })
    await repository.worktrees.unlock(folder)
    await rm(folder, { recursive: true })
    await repository.worktrees.prune()
    expect(await repository.worktrees.list()).toHaveLength(1)
  })
})
