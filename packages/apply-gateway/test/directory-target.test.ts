import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runGit } from '@patchlane/git'
import { repoIdSchema, targetNameSchema } from '@patchlane/kernel'
import { describe, expect, it } from 'vitest'
import { ApplyGateway, DirectoryTarget } from '../src/index.ts'
import { MemoryGatewayQueue, patchOn, targetContract } from '../src/testing/index.ts'

const name = targetNameSchema.parse('dir:sandbox')

async function open(files: Record<string, string | Uint8Array>) {
  const root = await mkdtemp(join(tmpdir(), 'patchlane-directory-'))
  const directory = join(root, 'folder')
  await mkdir(directory)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), content)
  }
  const targets: DirectoryTarget[] = []
  const reopen = async () => {
    const target = await DirectoryTarget.open({ directory, stateDirectory: join(root, 'state'), name })
    targets.push(target)
    return target
  }
  return {
    target: await reopen(),
    directory,
    reopen,
    async remove() {
      for (const target of targets) await target.repository.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

describe('DirectoryTarget', () => {
  targetContract({ it, expect }, { workInTheWay: 'adopted', open })

  it('merges patches with what people write meanwhile, and keeps line ends', async () => {
    const text = (changed: string) => `one\r\n2\r\n3\r\n4\r\n5\r\n${changed}\r\n`
    const sandbox = await open({ a: text('six'), '.gitattributes': '* text=auto eol=lf\n', 'node_modules/x': 'x' })
    try {
      const { target, directory } = sandbox
      const queue = new MemoryGatewayQueue()
      const gateway = new ApplyGateway({ repoId: repoIdSchema.parse('repo'), target, queue, owner: 'g' })
      const base = await target.head()
      expect((await target.repository.listTree(base)).map(({ path }) => path)).toEqual(['.gitattributes', 'a'])
      const patch = await patchOn(target.repository, base, { a: text('patched'), b: 'b\n' }, { target: name })
      queue.propose(patch)
      await writeFile(join(directory, 'a'), text('six').replace('one', 'by hand'))
      await gateway.drain()
      expect(queue.get(patch.patchId).status).toBe('landed')
      expect(await readFile(join(directory, 'a'), 'utf8')).toBe(text('patched').replace('one', 'by hand'))
      expect(await target.repository.status()).toEqual([])
    } finally {
      await sandbox.remove()
    }
  })

  it('leaves out repositories inside that have no commit yet, and lands beside them', async () => {
    const sandbox = await open({ a: 'a\n', 'd/b': 'b\n' })
    try {
      const { target, directory } = sandbox
      for (const inside of ['sub', 'd/two words']) {
        await mkdir(join(directory, inside), { recursive: true })
        await runGit({ args: ['init', '--quiet'], cwd: join(directory, inside) })
        await writeFile(join(directory, inside, 'draft'), 'not mine\n')
      }
      const queue = new MemoryGatewayQueue()
      const gateway = new ApplyGateway({ repoId: repoIdSchema.parse('repo'), target, queue, owner: 'g' })
      const base = await target.head()
      expect((await target.repository.listTree(base)).map(({ path }) => path)).toEqual(['a', 'd/b'])
      const patch = await patchOn(target.repository, base, { a: 'patched\n' }, { target: name })
      queue.propose(patch)
      await gateway.drain()
      expect(queue.get(patch.patchId).status).toBe('landed')
      expect(await readFile(join(directory, 'd/two words/draft'), 'utf8')).toBe('not mine\n')
    } finally {
      await sandbox.remove()
    }
  })

  it('refuses a state folder inside the folder', async () => {
    const sandbox = await open({ a: 'a\n' })
    const stateDirectory = join(sandbox.directory, 'state')
    await expect(DirectoryTarget.open({ directory: sandbox.directory, stateDirectory, name })).rejects.toMatchObject({
      code: 'APPLY_GATEWAY_STATE_INSIDE',
    })
    await sandbox.remove()
  })
})
