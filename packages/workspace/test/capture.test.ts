import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { setUp } from './fixtures.ts'

let remove = async () => {}
afterEach(() => remove())

async function leased(files?: Record<string, string | Uint8Array>, options = {}) {
  const set = await setUp(files, options)
  remove = set.remove
  const session = await set.manager.lease({ commit: set.head, holder: 'agent' })
  const at = (path: string) => join(session.directory, path)
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: session.directory, encoding: 'utf8', stdio: 'pipe' })
  return { ...set, session, at, git }
}

describe('capture', () => {
  it('is empty when nothing changed', async () => {
    const { session } = await leased()
    expect(await session.capture()).toEqual([])
  })

  it('sees an edit of the same length within the second of the checkout, however late it looks', async () => {
    await sleep(1000 - (Date.now() % 1000))
    const { session, at, git } = await leased({ 'level.txt': 'level 5\n' })
    await writeFile(at('level.txt'), 'level 8\n')
    await sleep(1100)
    expect((await session.capture()).map(({ path }) => path)).toEqual(['level.txt'])
    expect(git('status', '--porcelain')).toBe(' M level.txt\n')
  })

  it('sees creations, changes, deletions, renames, modes, links and bytes', async () => {
    const bytes = new Uint8Array([0, 255, 13, 10, 0])
    const { session, at } = await leased({
      'keep.txt': 'keep\r\n',
      'change.txt': 'old\r\n',
      'gone.txt': 'gone\n',
      'run.sh': '#!/bin/sh\n',
      'moved.txt': `${'a long line\n'.repeat(20)}`,
    })
    await writeFile(at('new file.bin'), bytes)
    await writeFile(at('change.txt'), 'new\r\n')
    await rm(at('gone.txt'))
    await chmod(at('run.sh'), 0o755)
    await mkdir(at('deep/er'), { recursive: true })
    await rename(at('moved.txt'), at('deep/er/moved.txt'))
    await symlink('../keep.txt', at('deep/link'))
    const changes = await session.capture()
    const told = Object.fromEntries(changes.map((change) => [change.path, change]))
    expect(Object.keys(told).sort()).toEqual(
      ['change.txt', 'deep/er/moved.txt', 'deep/link', 'gone.txt', 'new file.bin', 'run.sh'].sort(),
    )
    expect(told['new file.bin']).toMatchObject({ kind: 'create', after: { mode: '100644' } })
    expect(told['new file.bin']?.kind === 'create' && new Uint8Array(told['new file.bin'].after.content)).toEqual(bytes)
    expect(told['change.txt']?.kind === 'modify' && Buffer.from(told['change.txt'].after.content).toString()).toBe(
      'new\r\n',
    )
    expect(told['gone.txt']).toMatchObject({ kind: 'delete' })
    expect(told['run.sh']).toMatchObject({ kind: 'modify', after: { mode: '100755' } })
    expect(told['deep/er/moved.txt']).toMatchObject({ kind: 'rename', from: 'moved.txt' })
    expect(told['deep/link']).toMatchObject({ kind: 'create', after: { mode: '120000' } })
  })

  it('leaves ignored files out', async () => {
    const { session, at } = await leased({ '.gitignore': '*.log\nbuild/\n', 'a.txt': 'a\n' })
    await writeFile(at('x.log'), 'x')
    await mkdir(at('build'))
    await writeFile(at('build/out'), 'x')
    await writeFile(at('a.txt'), 'b\n')
    expect((await session.capture()).map(({ path }) => path)).toEqual(['a.txt'])
  })

  it('does not depend on what the agent staged, hid or committed', async () => {
    const { session, at, git } = await leased({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'c.txt': 'c\n' })
    await writeFile(at('a.txt'), 'committed\n')
    git('-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '-qam', 'mine')
    git('checkout', '-q', '-b', 'own-branch')
    await writeFile(at('b.txt'), 'hidden\n')
    git('update-index', '--assume-unchanged', 'b.txt')
    git('update-index', '--skip-worktree', 'c.txt')
    await writeFile(at('c.txt'), 'hidden too\n')
    await writeFile(at('new.txt'), 'staged\n')
    git('add', 'new.txt')
    expect((await session.capture()).map(({ path }) => path).sort()).toEqual(['a.txt', 'b.txt', 'c.txt', 'new.txt'])
  })

  it('runs no hook and no filter that the agent configured', async () => {
    const { session, at, git, repo } = await leased()
    const trap = join(session.directory, '..', 'sprung')
    git('config', 'filter.evil.clean', `touch ${trap}; cat`)
    git('config', 'core.fsmonitor', `touch ${trap}; false`)
    const hook = join(repo.repository.commonDir, 'hooks', 'pre-commit')
    await writeFile(hook, `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 })
    await writeFile(join(repo.repository.commonDir, 'hooks', 'post-index-change'), `#!/bin/sh\ntouch ${trap}\n`, {
      mode: 0o755,
    })
    await writeFile(at('.gitattributes'), '* filter=evil\n')
    await writeFile(at('file.txt'), 'changed\n')
    expect((await session.capture()).map(({ path }) => path).sort()).toEqual(['.gitattributes', 'file.txt'])
    await session.release()
    await expect(readFile(trap)).rejects.toThrow()
  })

  it.each(['empty', 'with a commit', 'around tracked files'])('refuses a repository inside: %s', async (kind) => {
    const { session, at } = await leased()
    const folder = at(kind === 'around tracked files' ? 'src' : 'inner')
    await mkdir(folder, { recursive: true })
    execFileSync('git', ['init', '-q'], { cwd: folder })
    if (kind !== 'empty') {
      await writeFile(join(folder, 'x'), 'x')
      execFileSync('git', ['add', '.'], { cwd: folder })
      execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '-qm', 'x'], { cwd: folder })
    }
    await expect(session.capture()).rejects.toMatchObject({ code: 'WORKSPACE_CAPTURE_REFUSED' })
  })

  it('refuses files that are too large or too many', async () => {
    const { session, at } = await leased(undefined, { maxFileBytes: 1000, maxFiles: 3 })
    await writeFile(at('large'), 'x'.repeat(1001))
    await expect(session.capture()).rejects.toMatchObject({ code: 'WORKSPACE_CAPTURE_REFUSED', path: 'large' })
    await rm(at('large'))
    for (const name of ['1', '2', '3', '4']) await writeFile(at(name), name)
    await expect(session.capture()).rejects.toThrow(/4 files changed/)
  })

  it('follows no link out of the tree', async () => {
    const { session, at, root } = await leased({ 'src/a.ts': 'a\n', 'src/b.ts': 'b\n' })
    await mkdir(join(root, 'outside'))
    await writeFile(join(root, 'outside', 'secret'), 'secret')
    await rm(at('src'), { recursive: true })
    await symlink(join(root, 'outside'), at('src'))
    const changes = await session.capture()
    expect(changes.map(({ kind, path }) => `${kind} ${path}`).sort()).toEqual([
      'create src',
      'delete src/a.ts',
      'delete src/b.ts',
    ])
    await session.release()
    expect(await readFile(join(root, 'outside', 'secret'), 'utf8')).toBe('secret')
  })
})

describe('rebase', () => {
  it('moves work onto a newer commit', async () => {
    const { session, at, repo, git } = await leased({
      'a.txt': '1\n2\n3\n4\n5\n6\n7\n8\n',
      'b.txt': 'b\n',
      'old.txt': 'old\n',
    })
    await writeFile(at('a.txt'), '1\n2\n3\n4\n5\n6\n7\nmine\n')
    await writeFile(at('new.txt'), 'mine\n')
    const newer = await repo.commit({
      'a.txt': 'theirs\n2\n3\n4\n5\n6\n7\n8\n',
      'b.txt': 'theirs\n',
      'old.txt': null,
      'more.txt': 'more\n',
    })
    expect(await session.rebase(newer)).toEqual({ rebased: true })
    expect(session.commit).toBe(newer)
    expect(await readFile(at('a.txt'), 'utf8')).toBe('theirs\n2\n3\n4\n5\n6\n7\nmine\n')
    expect(await readFile(at('more.txt'), 'utf8')).toBe('more\n')
    expect((await session.capture()).map(({ kind, path }) => `${kind} ${path}`).sort()).toEqual([
      'create new.txt',
      'modify a.txt',
    ])
    expect(git('status', '--porcelain')).toBe(' M a.txt\n?? new.txt\n')
  })

  it('changes nothing where the two conflict, and names the files', async () => {
    const { session, at, repo, head } = await leased()
    await writeFile(at('file.txt'), 'mine\n')
    const newer = await repo.commit({ 'file.txt': 'theirs\n' })
    expect(await session.rebase(newer)).toMatchObject({ rebased: false, conflicts: [{ path: 'file.txt' }] })
    expect(session.commit).toBe(head)
    expect(await readFile(at('file.txt'), 'utf8')).toBe('mine\n')
    expect((await session.capture()).map(({ path }) => path)).toEqual(['file.txt'])
  })
})

describe('a sparse workspace', () => {
  const files = {
    'root.txt': 'r\n',
    'a/one.txt': '1\n',
    'a/deep/two.txt': '2\n',
    'b/three.txt': '3\n',
    'b[c]/four.txt': '4\n',
    'b[c]/other/five.txt': '5\n',
  }

  it('has the folders asked for, and captures what is done in them and beside them', async () => {
    const { manager, head, repo } = await leased(files, { max: 2 })
    const session = await manager.lease({ commit: head, holder: 'x', sparse: ['a/deep', 'b[c]/other'] })
    const at = (path: string) => join(session.directory, path)
    expect(
      (await readdir(session.directory, { recursive: true })).filter((path) => path.endsWith('.txt')).sort(),
    ).toEqual(['a/deep/two.txt', 'a/one.txt', 'b[c]/four.txt', 'b[c]/other/five.txt', 'root.txt'].sort())
    expect(await session.capture()).toEqual([])
    await writeFile(at('a/deep/two.txt'), 'mine\n')
    await mkdir(at('b'))
    await writeFile(at('b/new.txt'), 'new\n')
    await writeFile(at('b/three.txt'), 'unseen, and written all the same\n')
    expect((await session.capture()).map(({ kind, path }) => `${kind} ${path}`).sort()).toEqual([
      'create b/new.txt',
      'modify a/deep/two.txt',
      'modify b/three.txt',
    ])
    await rm(at('b'), { recursive: true })
    const newer = await repo.commit({ 'a/one.txt': 'theirs\n', 'b/three.txt': 'theirs\n' })
    expect(await session.rebase(newer)).toEqual({ rebased: true })
    expect(await readFile(at('a/one.txt'), 'utf8')).toBe('theirs\n')
    expect((await session.capture()).map(({ path }) => path)).toEqual(['a/deep/two.txt'])
    await session.release()
    const whole = await manager.lease({ commit: newer, holder: 'y' })
    expect(whole.id).toBe(session.id)
    expect(await readFile(at('b/three.txt'), 'utf8')).toBe('theirs\n')
    expect(await whole.capture()).toEqual([])
    await whole.release()
    const sparse = await manager.lease({ commit: head, holder: 'z', sparse: ['b'] })
    expect((await readdir(sparse.directory)).sort()).toEqual(['.git', 'b', 'root.txt'])
    expect(await sparse.capture()).toEqual([])
    await expect(manager.lease({ commit: head, holder: 'z', sparse: ['../x'] })).rejects.toMatchObject({
      kind: 'usage',
    })
  })
})

describe('rebase from elsewhere', () => {
  it('moves the work of a holder, who captures against the new commit', async () => {
    const { session, at, manager, head, repo } = await leased({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
    await writeFile(at('a.txt'), 'mine\n')
    const newer = await repo.commit({ 'b.txt': 'theirs\n' })
    expect(session.commit).toBe(head)
    const [moved, changes] = await Promise.all([manager.rebase(session.id, newer), session.capture()])
    expect(moved).toEqual({ rebased: true })
    expect(changes.map(({ path }) => path)).toEqual(['a.txt'])
    expect(await readFile(at('b.txt'), 'utf8')).toBe('theirs\n')
    expect((await session.capture()).map(({ path }) => path)).toEqual(['a.txt'])
    expect(session.commit).toBe(newer)
    const conflicting = await repo.commit({ 'a.txt': 'theirs\n' })
    expect(await manager.rebase(session.id, conflicting)).toMatchObject({ conflicts: [{ path: 'a.txt' }] })
    await session.release()
    await expect(manager.rebase(session.id, newer)).rejects.toMatchObject({ code: 'WORKSPACE_NOT_FOUND' })
  })

  it('keeps linked dependencies out of the patch', async () => {
    const { session, at, repo } = await leased({ 'package.json': '{}', 'a.txt': 'a\n' })
    const [newer, newest] = [await repo.commit({ 'a.txt': 'b\n' }), await repo.commit({ 'a.txt': 'c\n' })]
    await repo.write('node_modules/dep/index.js', '')
    await session.rebase(newer)
    expect(await readlink(at('node_modules/dep'))).toBe(join(repo.directory, 'node_modules', 'dep'))
    expect(await session.capture()).toEqual([])
    await session.rebase(newest)
    expect(await session.capture()).toEqual([])
  })
})

describe('a workspace leased again', () => {
  it('is clean and at the commit asked for, whatever was done to it', async () => {
    const { session, at, git, manager, repo } = await leased({
      '.gitignore': 'ignored\n',
      'a.txt': 'a\n',
      'dir/b.txt': 'b\n',
    })
    const newer = await repo.commit({ 'a.txt': 'newer\n', 'dir/b.txt': null })
    await writeFile(at('a.txt'), 'mine\n')
    git('-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '-qam', 'mine')
    git('checkout', '-q', '-b', 'mine')
    git('update-index', '--skip-worktree', 'dir/b.txt')
    await writeFile(at('ignored'), 'x')
    await mkdir(at('left/over'), { recursive: true })
    execFileSync('git', ['init', '-q'], { cwd: at('left') })
    await rm(at('dir'), { recursive: true })
    await symlink('/etc', at('dir'))
    await writeFile(at('.git'), 'gitdir: /nowhere\n')
    await session.release()
    const again = await manager.lease({ commit: newer, holder: 'next' })
    expect(again.directory).toBe(session.directory)
    expect(git('status', '--porcelain', '--ignored')).toBe('')
    expect(git('rev-parse', 'HEAD').trim()).toBe(newer)
    expect(git('ls-files').trim().split('\n')).toEqual(['.gitignore', 'a.txt'])
    expect(await readFile(at('a.txt'), 'utf8')).toBe('newer\n')
    await expect(readlink(at('dir'))).rejects.toThrow()
    expect(await again.capture()).toEqual([])
  })

  it('is replaced when its folder was taken away or made a link', async () => {
    const { session, manager, head } = await leased()
    await session.release()
    await rm(session.directory, { recursive: true })
    await symlink('/etc', session.directory)
    const next = await manager.lease({ commit: head, holder: 'next' })
    expect(next.directory).not.toBe(session.directory)
    expect((await manager.list()).map(({ id }) => id)).toEqual([next.id])
  })
})
