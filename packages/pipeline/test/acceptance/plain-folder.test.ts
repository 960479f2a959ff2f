import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openPipeline, type Pipeline } from '../../src/index.ts'
import { lineDiff, newFileDiff, noChecks } from '../support/throwaway-repository.ts'

const lines = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`)
let root: string
let folder: string
const opened: Pipeline[] = []

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'patchlane-folder-')))
  folder = join(root, 'notes')
  await mkdir(join(folder, 'empty'), { recursive: true })
  await writeFile(join(folder, 'a.txt'), `${lines.join('\n')}\n`)
  await writeFile(join(folder, 'crlf.bin'), Buffer.from([0xff, 0xfe, 13, 10, 0, 200]))
  const config = { target: 'dir:.', checks: noChecks, workspaces: { root: join(root, 'workspaces') } }
  await writeFile(join(folder, 'patchlane.config.json'), JSON.stringify(config))
  vi.stubEnv('XDG_STATE_HOME', join(root, 'state'))
})

afterEach(async () => {
  for (const pipeline of opened.splice(0)) await pipeline.close()
  vi.unstubAllEnvs()
  await rm(root, { recursive: true, force: true })
})

async function open(directory = folder): Promise<Pipeline> {
  const pipeline = await openPipeline({ directory })
  opened.push(pipeline)
  return pipeline
}

async function land(pipeline: Pipeline, text: string): Promise<string> {
  const { patch } = await pipeline.propose({ text })
  await pipeline.gate.once()
  expect(await pipeline.patches.get(patch.patchId)).toMatchObject({ status: 'landed' })
  return patch.patchId
}

it('lands on a plain folder, from within it, and keeps everything of its own elsewhere', async () => {
  await mkdir(join(folder, 'deep'))
  const pipeline = await open(join(folder, 'deep'))
  expect(pipeline).toMatchObject({ target: 'dir:notes', workTree: folder })
  await land(pipeline, lineDiff('a.txt', lines, 2, 'landed') + newFileDiff('new/file.txt', ['new']))
  expect(await readFile(join(folder, 'a.txt'), 'utf8')).toContain('line 1\nlanded\nline 3')
  expect(await readFile(join(folder, 'new/file.txt'), 'utf8')).toBe('new\n')
  expect(await readFile(join(folder, 'crlf.bin'))).toEqual(Buffer.from([0xff, 0xfe, 13, 10, 0, 200]))
  expect((await readdir(folder)).sort()).toEqual(['a.txt', 'crlf.bin', 'deep', 'empty', 'new', 'patchlane.config.json'])
  expect((await pipeline.status()).target).toBe('dir:notes')
})

it('takes what people wrote as part of the target, before and after patches, and undoes only the patch', async () => {
  const pipeline = await open()
  const patchId = await land(pipeline, lineDiff('a.txt', lines, 2, 'landed'))
  const edited = ['line 1', 'landed', ...lines.slice(2, 11), 'by hand']
  await writeFile(join(folder, 'a.txt'), `${edited.join('\n')}\n`)
  const again = await open()
  await land(again, lineDiff('a.txt', edited, 7, 'seven'))
  const preview = await again.undo({ patchId })
  await preview.propose()
  expect((await again.gate.once()).settled.map(({ status }) => status)).toEqual(['landed'])
  const expected = lines.map((line, index) => (index === 6 ? 'seven' : index === 11 ? 'by hand' : line))
  expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe(`${expected.join('\n')}\n`)
  expect(existsSync(join(folder, 'empty'))).toBe(true)
})

it('runs agents beside the folder, which they do not touch', async () => {
  const pipeline = await open()
  const queued = await pipeline.agent({ command: ['sh', '-c', 'echo agent > by-agent.txt'], title: 'Write a file' })
  expect(existsSync(join(folder, 'by-agent.txt'))).toBe(false)
  await pipeline.gate.once()
  expect(await pipeline.patches.get(queued?.patch.patchId ?? '')).toMatchObject({ status: 'landed' })
  expect(await readFile(join(folder, 'by-agent.txt'), 'utf8')).toBe('agent\n')
})

it('refuses a folder that is not there, and one that nobody made a target', async () => {
  await expect(openPipeline({ directory: folder, target: 'dir:nowhere' })).rejects.toMatchObject({
    code: 'PIPELINE_TARGET_INVALID',
  })
  await rm(join(folder, 'patchlane.config.json'))
  await expect(openPipeline({ directory: folder })).rejects.toMatchObject({ code: 'GIT_NOT_A_REPOSITORY' })
})
