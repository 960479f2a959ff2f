import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryRepository } from '@patchlane/git/testing'
import { type ObjectId, type Patch, type PatchInput, repoIdSchema, targetNameSchema } from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApplyGateway, admit, defaultAdmission, GitBranchTarget } from '../src/index.ts'
import { MemoryGatewayQueue, patchOn } from '../src/testing/index.ts'

let sandbox: Awaited<ReturnType<typeof temporaryRepository>>
let base: ObjectId
beforeAll(async () => {
  sandbox = await temporaryRepository({ a: 'a\n', 'Folder/Name': 'n\n', 'real/file': 'f\n' })
  await symlink('real', join(sandbox.directory, 'link'))
  base = await sandbox.commit({})
  await sandbox.git('update-index', '--add', '--cacheinfo', `160000,${base},sub`)
  await sandbox.git('commit', '--quiet', '-m', 'submodule')
  base = await sandbox.repository.resolve('HEAD')
  await sandbox.git('config', 'status.submoduleSummary', 'false')
})
afterAll(async () => sandbox.remove())

const change = (path: string, content: string | Uint8Array = 'x\n'): unknown => ({
  kind: 'create',
  path,
  after: versionOf(content),
})

/** As it comes from a queue that did not look at it: paths are not checked here on purpose. */
async function verdictOn(changes: unknown[], overrides: Partial<PatchInput> = {}) {
  const template = await patchOn(sandbox.repository, base, { plain: 'plain\n' }, overrides)
  const patch: Patch = JSON.parse(JSON.stringify(template))
  Object.assign(patch, { changes })
  return admit(sandbox.repository, patch, { ...defaultAdmission, maxFileBytes: 1_000, maxFiles: 10 })
}

describe('admission', () => {
  it.each([
    '/etc/passwd',
    '../out',
    'a/../../out',
    '.git/config',
    '.GIT/hooks/x',
    'git~1/x',
    'con',
    'a\0b',
    'x/.git/y',
  ])('refuses the path %j', async (path) => {
    expect(await verdictOn([change(path)])).toMatchObject({ status: 'rejected', code: 'PATCH_PATH_REFUSED' })
  })

  it('refuses what is too much, twice, or nothing', async () => {
    expect(await verdictOn([])).toMatchObject({ code: 'PATCH_EMPTY' })
    expect(await verdictOn([change('big', 'x'.repeat(1_001))])).toMatchObject({ code: 'PATCH_FILE_TOO_LARGE' })
    const many = Array.from({ length: 11 }, (_, n) => change(`f${n}`))
    expect(await verdictOn(many)).toMatchObject({ code: 'PATCH_TOO_MANY_FILES' })
    expect(await verdictOn([change('x'), change('x')])).toMatchObject({ code: 'PATCH_PATH_TWICE' })
    expect(await verdictOn([change('x/Y'), change('X/y')])).toMatchObject({ code: 'PATCH_PATH_COLLISION' })
  })

  it('refuses files that steer git, links that leave, and content that is not what it says', async () => {
    expect(await verdictOn([change('sub-folder/.gitattributes')])).toMatchObject({ code: 'PATCH_PROTECTED_FILE' })
    const link = (destination: string) => ({ kind: 'create', path: 'd/l', after: versionOf(destination, '120000') })
    for (const destination of ['/etc', '../../out', '../.git/config']) {
      expect(await verdictOn([link(destination)])).toMatchObject({ code: 'PATCH_LINK_REFUSED' })
    }
    expect(await verdictOn([link('../a')])).toBeUndefined()
    // Lexically inside, but a folder on the way may itself be a link.
    for (const destination of ['x/../../a', 'x/y/..', './x/../a']) {
      expect(await verdictOn([link(destination)])).toMatchObject({ code: 'PATCH_LINK_REFUSED' })
    }
    for (const name of ['.gitattri\u200cbutes', 'gitmod~1', 'GITATT~2']) {
      expect(await verdictOn([change(`d/${name}`)])).toMatchObject({ code: 'PATCH_PROTECTED_FILE' })
    }
    const forged = { kind: 'create', path: 'x', after: { ...versionOf('x'), content: Buffer.from('y') } }
    expect(await verdictOn([forged])).toMatchObject({ code: 'PATCH_CONTENT_MISMATCH' })
  })

  it('refuses what the base does not have as the patch says', async () => {
    const after = versionOf('new\n')
    const modify = (path: string, before = versionOf('other\n')) => ({ kind: 'modify', path, before, after })
    expect(await verdictOn([modify('a')])).toMatchObject({ code: 'PATCH_BASE_MISMATCH' })
    expect(await verdictOn([modify('nowhere')])).toMatchObject({ code: 'PATCH_BASE_MISMATCH' })
    expect(await verdictOn([change('a')])).toMatchObject({ code: 'PATCH_BASE_MISMATCH' })
    expect(await verdictOn([modify('sub')])).toMatchObject({ code: 'PATCH_SUBMODULE' })
    expect(await verdictOn([change('real')])).toMatchObject({
      code: 'PATCH_BASE_MISMATCH',
      message: expect.stringContaining('real/file stays in it'),
    })
    const emptied = { kind: 'delete', path: 'real/file', before: versionOf('f\n') }
    expect(await verdictOn([emptied, change('real')])).toBeUndefined()
    expect(await verdictOn([change('link/file2')])).toMatchObject({ code: 'PATCH_PATH_REFUSED' })
    expect(await verdictOn([modify('a', versionOf('a\n'))])).toBeUndefined()
    const unknown = { repoId: 'repo', commit: 'f'.repeat(40), indexVersion: null }
    expect(await verdictOn([change('x')], { base: unknown })).toMatchObject({
      status: 'stale',
      code: 'PATCH_BASE_UNKNOWN',
    })
  })

  it('refuses on the road what collides with the target, is for another one, or is there already', async () => {
    const { repository } = sandbox
    const queue = new MemoryGatewayQueue()
    const target = new GitBranchTarget({ repository, name: targetNameSchema.parse('refs/heads/main') })
    const gateway = new ApplyGateway({ repoId: repoIdSchema.parse('repo'), target, queue, owner: 'g' })
    const settle = async (files: Record<string, string>, overrides: Partial<PatchInput> = {}) => {
      const { patch } = queue.propose(await patchOn(repository, base, files, overrides))
      await gateway.drain()
      const { status, verdict } = queue.get(patch.patchId)
      return [status, verdict?.code, verdict?.rollback?.exact]
    }
    expect(await settle({ 'folder/name': 'x\n' })).toEqual(['rejected', 'PATCH_PATH_COLLISION', true])
    expect(await settle({ b: 'x\n' }, { target: 'refs/heads/other' })).toEqual(['rejected', 'PATCH_WRONG_TARGET', true])
    expect(await settle({ 'real/file/below': 'x\n' })).toEqual(['rejected', 'PATCH_PATH_COLLISION', true])
    expect(await settle({ b: 'x\n' })).toEqual(['landed', 'LANDED', undefined])
    expect(await settle({ b: 'x\n' })).toEqual(['superseded', 'NOTHING_TO_LAND', true])
    expect(await repository.resolve('main')).not.toBe(base)
  })
})
